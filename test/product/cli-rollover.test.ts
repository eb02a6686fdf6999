/** Tests the key rollover from the command line of the server. cli-runs.test.ts announces a key without a running product. */
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { expect, test } from 'vitest'
import type { JwkSet } from '#core/keys.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { commandsFor } from './command.ts'

const admin = adminInFile()
const cli = inFile(() => commandsFor(admin))

const succeed = (args: string) => cli.succeed(args.split(' '))
const fail = (args: string) => cli.fail(args.split(' '))
const current = async () => (await succeed('keys list --limit 1 --only kid')).trim()

const configuration = async () => (await admin.get('/.well-known/openid-federation')).text()
const publishedKids = async () => {
  const { jwks } = decodeJwt<{ jwks: JwkSet }>(await configuration())
  return jwks.keys.map(({ kid }) => kid).sort()
}

test('announces a key, switches to it, and revokes the old one', async () => {
  const old = await current()
  const next = (await succeed('keys announce --alg ES256 --only kid')).trim()
  expect(await publishedKids()).toEqual([old, next].sort())
  expect(await succeed('keys list')).toMatch(
    RegExp(`^KID .*\n${old} +\\S+ +CURRENT +\\S+Z .*\n${next} +ES256 +ANNOUNCED +- +\\S+Z +FILES .*\n$`),
  )
  expect(await fail('keys switch')).toMatch(
    /^Until \S+Z caches may hold an Entity Configuration without[^\n]*\(--override-reason\)\. \(UNSAFE_KEY_CHANGE at overrideReason\)\n$/,
  )
  expect(await fail(`keys revoke ${old} --reason superseded`)).toMatch(/set emergency if the key is stolen/)

  expect(await succeed('keys switch --override-reason drill')).toMatch(RegExp(`^kid: +${next}$`, 'm'))
  expect(decodeProtectedHeader(await configuration()).kid).toBe(next)
  await succeed(`keys revoke ${old} --reason superseded`)
  expect(await publishedKids()).toEqual([next])
  expect(await succeed('keys historical')).toMatch(RegExp(`\n${old} +\\S+Z +superseded\n$`))
  expect(await fail('keys retire unknown')).toContain('"unknown"')
})

test('revokes the current key in an emergency, and the announced key that lay beside it', async () => {
  const stolen = await current()
  const beside = (await succeed('keys announce --alg ES256 --only kid')).trim()
  await succeed(`keys revoke ${stolen} --reason compromised --emergency`)
  const now = await current()
  expect([stolen, beside]).not.toContain(now)
  expect(await publishedKids()).toEqual([now])
  expect(await succeed('keys directory')).toMatch(/^is writable: +true$/m)
})

test('schedules the rollover, holds it, and switches it off', async () => {
  const kid = await current()
  expect(await succeed('rollover set --months 12 --alg ES384 --notice-days 3')).toMatch(
    RegExp(`^months: +12\nalg: +ES384\n(.*\n)*next step: +ANNOUNCE\nnext step kid: +${kid}\n`),
  )
  expect(await succeed('rollover set --held')).toMatch(/^waits for: +An operator holds the rollover\.$/m)
  expect(await fail('rollover set --no-held --version 1')).toMatch(/^Someone else changed it\./)
  expect(await fail('rollover set --months 99')).toContain('must be from 1 to 60 months.')
  await succeed('rollover set --unset months --no-held')
  expect(await succeed('rollover show --only months')).toBe('\n')
})

test('publishes the history again', async () => {
  const history = async () => (await admin.get('/historical_keys')).text()
  const before = await history()
  await succeed('publication historical-keys')
  expect(await history()).not.toBe(before)
})
