/** Tests the key rollover from the command line. cli-runs.test.ts announces a key without a running product. */
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HistoricalKey } from '#core/historical-keys.ts'
import type { JwkSet } from '#core/keys.ts'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { register, startLeaf } from '#test/helpers/subordinate.ts'
import { type Commands, commandsFor } from './command.ts'

let admin: TestAdmin
let cli: Commands

beforeAll(async () => {
  admin = await startAdmin()
  cli = commandsFor(admin)
})
afterAll(() => admin.close())

const answer = (args: string) => cli.run(args.split(' '))
const succeed = (args: string) => cli.succeed(args.split(' '))
const listed = async () => JSON.parse(await succeed('keys list --json'))
const states = async () =>
  Object.fromEntries((await listed()).keys.map(({ kid, state }: Record<string, string>) => [state, kid]))

const text = async (path: string) => (await admin.get(path)).text()
const configuration = () => text('/.well-known/openid-federation')
const publishedKids = async () => {
  const { jwks } = decodeJwt<{ jwks: JwkSet }>(await configuration())
  return jwks.keys.map(({ kid }) => kid).sort()
}

test('announces a key, and publishes it before the command ends', async () => {
  const { CURRENT } = await states()
  const said = await succeed('keys announce --alg ES256')
  const kid = /^Announced (\S+)\.\nIt is published\.\n$/.exec(said)?.[1] ?? ''
  expect(await publishedKids()).toEqual([CURRENT, kid].sort())
  expect(await succeed('keys list')).toMatch(
    new RegExp(
      `^${CURRENT} {2}\\S+ {2}CURRENT {2}\\S+Z {2}files\n${kid} {2}ES256 {2}ANNOUNCED {2}\\S+Z {2}files {2}usable from \\S+Z\n2 keys\\.\n$`,
    ),
  )
})

test('says before a switch how many subordinates do not name the algorithm', async () => {
  await register(admin, await startLeaf(admin))
  const { db } = admin.server
  await db.subordinate.updateMany({ data: { jwks: { keys: [{ kid: 'a', kty: 'EC', alg: 'ES512' }] } } })
  expect(await succeed('keys list')).toMatch(/ANNOUNCED .* {2}not named by 1 subordinate\n/)
  await db.subordinate.updateMany({ data: { jwks: { keys: [{ kid: 'a', kty: 'EC', alg: 'ES256' }] } } })
  const [, announced] = (await listed()).keys
  expect(announced).toMatchObject({ state: 'ANNOUNCED', unsureSubordinates: 0 })
  expect(await succeed('keys list')).not.toContain('not named')
  await db.subordinate.deleteMany()
})

test('refuses an unsafe change in one sentence, and allows it in an emergency', async () => {
  const { CURRENT: old, ANNOUNCED: next } = await states()
  const { code, stdout, stderr } = await answer('keys switch')
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(
    /^Until \S+Z caches may hold an Entity Configuration without[^\n]*\(--override-reason\)\.\n$/,
  )
  const revoking = await answer(`keys revoke ${old} --reason superseded`)
  expect(revoking.stderr).toMatch(
    /^This is the current key\.[^\n]*, or set --emergency if the key is stolen\.\n$/,
  )

  expect(await succeed('keys switch --override-reason drill')).toContain(`Signing with ${next}.`)
  expect(decodeProtectedHeader(await configuration()).kid).toBe(next)
  expect(await publishedKids()).toEqual([old, next].sort())

  const revoked = JSON.parse(await succeed(`keys revoke ${old} --reason superseded --json`))
  expect(revoked).toEqual({ kid: old, isPublished: true })
  expect(await publishedKids()).toEqual([next])
  const { keys } = decodeJwt<{ keys: HistoricalKey[] }>(await text('/historical_keys'))
  expect(keys).toMatchObject([{ kid: old, revoked: { reason: 'superseded' } }])
  expect(await answer('keys retire nobody')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('"nobody"'),
  })
})

test('revokes the current key without its id, and the announced key that lay beside it', async () => {
  const { CURRENT: stolen } = await states()
  await succeed('keys announce --alg ES256')
  const { ANNOUNCED: beside } = await states()
  const reason = '--reason compromised --emergency'
  for (const about of ['', ` ${stolen} --current`]) {
    expect(await answer(`keys revoke${about} ${reason}`)).toMatchObject({
      code: 1,
      stderr: 'Name a key id, or --current.\n',
    })
  }
  expect(await succeed(`keys revoke --current ${reason}`)).toContain(`Revoked ${stolen}.`)
  const { CURRENT: now, ...others } = await states()
  expect([stolen, beside]).not.toContain(now)
  expect(others).toEqual({ REVOKED: expect.any(String) })
  expect(await publishedKids()).toEqual([now])
})

test('schedules the rollover, holds it, and switches it off', async () => {
  const { CURRENT } = await states()
  expect(await succeed('keys schedule')).toBe('No rollover is scheduled. Set --months. (version 0)\n')
  expect(await succeed('keys schedule --months 12 --alg ES384 --notice-days 3')).toMatch(
    new RegExp(
      `^Every 12 months, ES384, 3 days of notice \\(version 1\\)\\.\nNext: announce the key that follows ${CURRENT}, on \\S+Z at the earliest \\(in a file of the key directory\\)\\.\nThe current key ${CURRENT} is 12 months old on \\S+Z\\.\n$`,
    ),
  )
  expect(JSON.parse(await succeed('keys schedule --hold --json'))).toMatchObject({
    months: 12,
    isHeld: true,
    nextStep: 'ANNOUNCE',
    waitsFor: 'An operator holds the rollover.',
  })
  expect(await answer('keys schedule --no-hold --if-version 1')).toMatchObject({
    code: 1,
    stderr: 'Someone else changed it. Reload and try again.\n',
  })
  expect(await answer('keys schedule --months 99')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('must be from 1 to 60 months.'),
  })
  expect(await succeed('keys schedule --reset months --no-hold')).toMatch(/^No rollover is scheduled/)
})

test('publishes the history and the issued marks again', async () => {
  const before = await text('/historical_keys')
  expect(await succeed('publish-historical-keys')).toBe('Published the historical keys.\n')
  expect(await text('/historical_keys')).not.toBe(before)
  expect(await succeed('reload-issued-tms')).toBe('Reloaded every issued Trust Mark.\n')
})
