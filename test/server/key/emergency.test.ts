/** Tests an announcement by two processes, revocations, and the two emergency operations. */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { HistoricalKey } from '#core/historical-keys.ts'
import type { JwkSet } from '#core/keys.ts'
import { adminInFile, startSecondAdmin } from '#test/helpers/admin.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { patience } from '#test/helpers/patience.ts'
import { changeKey, keysByState } from './key-state.ts'

const admin = adminInFile()
const second = inFile(() => startSecondAdmin(admin))

const change = (name: string, input: object) => changeKey(admin, name, input)
const keys = () => keysByState(admin)
const text = async (path: string) => (await admin.get(path)).text()
const publishedKids = async () => {
  const { jwks } = decodeJwt<{ jwks: JwkSet }>(await text('/.well-known/openid-federation'))
  return jwks.keys.map(({ kid }) => kid).sort()
}
const history = async () => decodeJwt<{ keys: HistoricalKey[] }>(await text('/historical_keys')).keys
const filesNow = () => readdir(admin.config.keysDirectory, { recursive: true })

it('announces one key when two processes do so simultaneously', async () => {
  const caller = { name: 'ada', displayName: '', email: '', role: 'admin', method: 'cli' } as const
  const answers = await Promise.allSettled([
    admin.server.services.signingKeys.announce(caller, { alg: 'ES256' }),
    second.services.signingKeys.announce(caller, { alg: 'ES256' }),
  ])
  expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(answers.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'CONFLICT' } })
  for (const { services } of [admin.server, second]) {
    const states = (await services.signingKeys.listed()).map(({ state }) => state)
    expect(states, 'in both processes at once').toEqual(['CURRENT', 'ANNOUNCED'])
  }
  expect(
    await admin.server.db.auditEvent.count({ where: { action: 'announceSigningKey', outcome: 'SUCCEEDED' } }),
  ).toBe(1)
})

it('refuses to announce another, and to retire the announced one', {
  tags: 'mutation/announceSigningKey/ConflictError',
}, async () => {
  const { ANNOUNCED: kid } = await keys()
  expect(await change('announceSigningKey', { alg: 'RS256' })).toMatchObject({ code: 'CONFLICT' })
  const message = expect.stringMatching(/has not signed yet/)
  expect(await change('retireKey', { kid })).toMatchObject({
    code: 'CONFLICT',
    path: ['input', 'kid'],
    message,
  })
})

it('revokes an announced key, and stops publishing it', {
  tags: 'mutation/revokeKey/ConflictError',
}, async () => {
  const { CURRENT, ANNOUNCED: kid } = await keys()
  const revoked = await change('revokeKey', { kid, reason: 'superseded' })
  expect(revoked).toMatchObject({ kid, revoked: { reason: 'superseded' } })
  expect(await keys()).toEqual({ CURRENT })
  await vi.waitFor(async () => expect(await publishedKids()).toEqual([CURRENT]), patience)
  expect(await filesNow()).not.toContain('next.json')
  expect(await change('revokeKey', { kid, reason: 'compromised' })).toMatchObject({
    code: 'CONFLICT',
    path: ['input', 'kid'],
    message: 'This key is already revoked.',
  })
})

it('switches early when a reason is given, and stores the reason', async () => {
  const { CURRENT: before } = await keys()
  const { kid } = await change('announceSigningKey', { alg: 'ES256' })
  expect(await change('switchSigningKey', {})).toMatchObject({ code: 'UNSAFE_KEY_CHANGE' })
  expect(await change('switchSigningKey', { overrideReason: 'the disk is failing' })).toMatchObject({ kid })
  expect(await keys()).toEqual({ CURRENT: kid, PUBLISHED: before })
  const event = await admin.server.db.auditEvent.findFirstOrThrow({
    where: { action: 'switchSigningKey', outcome: 'SUCCEEDED' },
  })
  expect(event.after).toEqual({ signs: kid, store: 'files', overrideReason: 'the disk is failing' })
})

it('replaces the current key in an emergency with a new key of the same kind', {
  tags: 'mutation/revokeKey/success',
}, async () => {
  const { CURRENT: kid, PUBLISHED: earlier } = await keys()
  const revoked = await change('revokeKey', { kid, reason: 'compromised', emergency: true })
  expect(revoked).toMatchObject({ kid, revoked: { reason: 'compromised' } })
  const now = await keys()
  expect(now).toEqual({ CURRENT: expect.any(String), PUBLISHED: earlier })
  await vi.waitFor(async () => {
    expect(await publishedKids()).toEqual([now.CURRENT, earlier].sort())
    expect(decodeProtectedHeader(await text('/.well-known/openid-federation')).kid).toBe(now.CURRENT)
    const entry = { revoked_at: expect.any(Number), reason: 'compromised' }
    expect((await history()).find((key) => key.kid === kid)?.revoked).toEqual(entry)
  }, patience)
})

it('revokes a retired key later, and keeps its expiry', async () => {
  const { PUBLISHED: kid } = await keys()
  await change('retireKey', { kid, acceptCopies: true })
  const [before] = (await history()).filter((key) => key.kid === kid)
  expect(before?.revoked).toBeUndefined()
  await change('revokeKey', { kid, reason: 'unspecified' })
  await vi.waitFor(async () => {
    const [after] = (await history()).filter((key) => key.kid === kid)
    // An unspecified reason is omitted (§8.7.3).
    expect(after).toEqual({ ...before, revoked: { revoked_at: expect.any(Number) } })
  }, patience)
})

it('logs the revoked key, the reason and the replacement', {
  tags: 'mutation/revokeKey/audit',
}, async () => {
  const events = await admin.server.db.auditEvent.findMany({
    where: { outcome: 'SUCCEEDED', action: 'revokeKey' },
    orderBy: { id: 'asc' },
  })
  const revoked = { state: 'REVOKED' }
  expect(events.map(({ actor, before, after }) => ({ actor, before, after }))).toEqual([
    { actor: 'admin', before: { state: 'ANNOUNCED' }, after: { ...revoked, reason: 'superseded' } },
    {
      actor: 'admin',
      before: { state: 'CURRENT' },
      after: { ...revoked, reason: 'compromised', signs: (await keys()).CURRENT, store: 'files' },
    },
    { actor: 'admin', before: { state: 'RETIRED' }, after: { ...revoked, reason: 'unspecified' } },
  ])
})

it('changes nothing when a file cannot be written, and names the file', {
  tags: [
    'mutation/announceSigningKey/UnavailableError',
    'mutation/switchSigningKey/UnavailableError',
    'mutation/retireKey/UnavailableError',
    'mutation/revokeKey/UnavailableError',
  ],
}, async () => {
  const before = await keys()
  const blocked = join(admin.config.keysDirectory, 'next.json')
  await mkdir(blocked) // a name that no key file can take
  onTestFinished(() => rm(blocked, { recursive: true }))
  const { length } = await filesNow()
  expect(await change('announceSigningKey', { alg: 'ES256' })).toMatchObject({
    __typename: 'UnavailableError',
    code: 'UNAVAILABLE',
    message: expect.stringMatching(/next\.json cannot be read \(EISDIR\)/),
  })
  expect(await keys()).toEqual(before)
  expect(await filesNow()).toHaveLength(length)
})

it('republishes the history on request, with an entry in the log', {
  tags: ['mutation/publishHistoricalKeys/success', 'mutation/publishHistoricalKeys/audit'],
}, async () => {
  const before = await text('/historical_keys')
  const { data } = await admin.execute(
    `mutation { publishHistoricalKeys { ... on PublishHistoricalKeysSuccess {
      historicalKeys { kid iat exp revoked { revokedAt reason } jwk } } } }`,
    {},
    'operator',
  )
  expect(data.publishHistoricalKeys.historicalKeys).toHaveLength(3)
  expect(await text('/historical_keys')).not.toBe(before)
  expect(
    await admin.server.db.auditEvent.count({
      where: { action: 'publishHistoricalKeys', outcome: 'SUCCEEDED' },
    }),
  ).toBe(1)
})

it('never reveals a private key', async () => {
  const secret = JSON.parse(await readFile(`${admin.config.keysDirectory}/private.json`, 'utf8')).d
  const { data } = await admin.execute(
    '{ signingKeys { keys { jwk } } historicalKeys { jwk } auditEvents { edges { node { before after } } } }',
  )
  expect(JSON.stringify(data)).not.toMatch(new RegExp(`"d":|${secret}`))
})

it('does not trust the announced key, which lay beside the stolen one', async () => {
  const before = await keys()
  const announced = await change('announceSigningKey', { alg: 'ES256' })
  const revoked = { kid: before.CURRENT, reason: 'compromised', emergency: true }
  expect(await change('revokeKey', revoked)).toMatchObject({ revoked: { reason: 'compromised' } })
  const now = await keys()
  expect(now).toEqual({ CURRENT: expect.any(String) })
  expect([before.CURRENT, announced.kid]).not.toContain(now.CURRENT)
  expect(await filesNow()).not.toContain('next.json')
  await vi.waitFor(async () => {
    expect(await publishedKids()).toEqual([now.CURRENT])
    const listed = (await history()).filter(({ kid }) => [before.CURRENT, announced.kid].includes(kid))
    expect(listed.map(({ revoked }) => revoked?.reason)).toEqual(['compromised', 'compromised'])
  }, patience)
  const events = await admin.server.db.auditEvent.findMany({
    where: { outcome: 'SUCCEEDED', action: 'revokeKey' },
    orderBy: { id: 'desc' },
    take: 2,
  })
  expect(events.map(({ resource, before }) => ({ resource, before }))).toEqual([
    { resource: before.CURRENT, before: { state: 'CURRENT' } },
    { resource: announced.kid, before: { state: 'ANNOUNCED' } },
  ])
})

it('switches to the announced key where nothing else was exposed', async () => {
  const before = await keys()
  const announced = await change('announceSigningKey', { alg: 'ES256' })
  const revoked = { kid: before.CURRENT, reason: 'compromised', emergency: true, directoryExposed: false }
  await change('revokeKey', revoked)
  expect(await keys()).toEqual({ CURRENT: announced.kid })
})
