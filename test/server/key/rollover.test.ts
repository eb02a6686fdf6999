/** Tests a complete key rollover from outside: at each step, current and earlier data verify. */
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { beforeAll, expect, it, vi } from 'vitest'
import type { HistoricalKey } from '#core/historical-keys.ts'
import type { JwkSet } from '#core/keys.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { patience } from '#test/helpers/patience.ts'
import { startRun, watchRun } from '#test/helpers/run.ts'
import { memberInFile, register, verifiedByAnchor } from '#test/helpers/subordinate.ts'

let oldKid: string
let newKid: string
const type = 'https://ta.example.org/marks/member'

const admin = adminInFile()
const entity = memberInFile(admin)
beforeAll(async () => {
  await register(admin, entity)
  await admin.mutate('createTrustMarkType', { type }, 'id')
  await admin.mutate('issueTrustMark', { trustMarkType: type, entityId: entity.id }, 'id')
  oldKid = kidOf((await served()).configuration)
})

const text = async (path: string, parameters = {}) => (await admin.get(path, parameters)).text()
const kidOf = (jwt: string) => decodeProtectedHeader(jwt).kid ?? ''
const publishedKids = async () => {
  const { jwks } = decodeJwt<{ jwks: JwkSet }>(await text('/.well-known/openid-federation'))
  return jwks.keys.map(({ kid }) => kid).sort()
}
const change = (name: string, input: object, selection: string) =>
  admin.mutate(name, input, selection, 'admin')

/** All published statements about this Trust Anchor and its member. */
async function served() {
  return {
    configuration: await text('/.well-known/openid-federation'),
    statement: await text('/fetch', { sub: entity.id }),
    mark: await text('/trust_mark', { trust_mark_type: type, sub: entity.id }),
    history: await text('/historical_keys'),
    resolved: await text('/resolve', { sub: entity.id, trust_anchor: admin.entityId }),
  }
}
const types = {
  configuration: 'entity-statement+jwt',
  statement: 'entity-statement+jwt',
  mark: 'trust-mark+jwt',
  history: 'jwk-set+jwt',
  resolved: 'resolve-response+jwt',
}

/** Verifies current and earlier data with the current keys, as a third party does. */
async function expectAllVerify(taken: Awaited<ReturnType<typeof served>>): Promise<void> {
  for (const [name, typ] of Object.entries(types)) {
    await verifiedByAnchor(admin, taken[name as keyof typeof types], typ) // the same names
  }
}

/** Waits until the publisher and the federation server both sign with the new key. */
async function expectSignedBy(kid: string, names: readonly (keyof typeof types)[]): Promise<void> {
  await vi.waitFor(async () => {
    const now = await served()
    expect(names.map((name) => [name, kidOf(now[name])])).toEqual(names.map((name) => [name, kid]))
  }, patience)
}

it('publishes an announced key, and does not sign with it', {
  tags: 'mutation/announceSigningKey/success',
}, async () => {
  const before = await served()
  const announced = await change(
    'announceSigningKey',
    { alg: 'ML_DSA_65' },
    'kid alg state file jwk usableFrom',
  )
  expect(announced).toMatchObject({ alg: 'ML-DSA-65', state: 'ANNOUNCED', file: 'next.json' })
  expect(announced.jwk).not.toHaveProperty('priv')
  newKid = announced.kid
  expect(await publishedKids()).toEqual([oldKid, newKid].sort())
  await expectAllVerify(before)
  await expectSignedBy(oldKid, ['configuration', 'statement', 'mark', 'history', 'resolved'])
})

it('does not switch before every Entity Configuration without the key has expired', {
  tags: 'mutation/switchSigningKey/UnsafeKeyChangeError',
}, async () => {
  const { exp } = decodeJwt(await text('/.well-known/openid-federation'))
  const refused = await change('switchSigningKey', {}, 'kid')
  expect(refused).toMatchObject({ code: 'UNSAFE_KEY_CHANGE', path: ['input', 'overrideReason'] })
  const row = await admin.server.db.signingKey.findUniqueOrThrow({ where: { kid: newKid } })
  expect(row.publishedAt).not.toBeNull()
  // The previous configuration had the same lifetime, and was signed some seconds earlier.
  const difference = (exp ?? 0) - (row.usableFrom?.getTime() ?? 0) / 1000
  expect(difference).toBeGreaterThanOrEqual(0)
  expect(difference).toBeLessThan(600)
  expect(refused.message).toContain(row.usableFrom?.toISOString().slice(0, 16))
  expect(await publishedKids()).toEqual([oldKid, newKid].sort())
  await expectSignedBy(oldKid, ['configuration', 'statement'])
})

it('switches at that time: signs everything again, and earlier data still verifies', {
  tags: 'mutation/switchSigningKey/success',
}, async () => {
  const before = await served()
  await admin.server.db.signingKey.update({ where: { kid: newKid }, data: { usableFrom: new Date() } })
  const switched = await change('switchSigningKey', {}, 'kid state file signsSince')
  expect(switched).toMatchObject({ kid: newKid, state: 'CURRENT', file: 'private.json' })
  await expectSignedBy(newKid, ['configuration', 'statement', 'history', 'resolved'])
  expect(await publishedKids()).toEqual([oldKid, newKid].sort())
  await expectAllVerify(before)
  await expectAllVerify(await served())
})

it('does not retire a key that a published mark needs', {
  tags: 'mutation/retireKey/UnsafeKeyChangeError',
}, async () => {
  const refused = await change('retireKey', { kid: oldKid }, 'kid')
  expect(refused).toMatchObject({ code: 'UNSAFE_KEY_CHANGE', path: ['input', 'kid'] })
  expect(refused.message).toMatch(/needed for 1 published Trust Mark \(until .*reissueTrustMarks/)
})

it('does not retire a key while caches hold data that it signed, unless that is accepted', async () => {
  const before = await served()
  const mark = await admin.server.db.trustMark.findFirstOrThrow()
  const until = mark.expiresAt
  const id = await startRun(admin, 'reissueTrustMarks(input: {})')
  expect((await watchRun(admin, id)).at(-1)?.run).toEqual({
    state: 'SUCCEEDED',
    total: 1,
    done: 1,
    failed: 0,
  })
  expect(kidOf((await served()).mark)).toBe(newKid)
  expect(decodeJwt((await served()).mark).exp).toBe(until.getTime() / 1000)
  await expectAllVerify(before)

  const refused = await change('retireKey', { kid: oldKid }, 'kid')
  expect(refused).toMatchObject({ code: 'UNSAFE_KEY_CHANGE', path: ['input', 'acceptCopies'] })
  expect(refused.message).toContain('among them 1 replaced Trust Marks')
  expect(refused.message).toContain(until.toISOString().slice(0, 16))

  const retired = await change(
    'retireKey',
    { kid: oldKid, acceptCopies: true },
    'kid iat exp revoked { reason } jwk',
  )
  expect(retired).toMatchObject({ kid: oldKid, revoked: null })
  await vi.waitFor(async () => expect(await publishedKids()).toEqual([newKid]), patience)
  await expectAllVerify(await served())
})

it('keeps the old key in the history, so the replaced mark can still be verified', {
  tags: 'mutation/retireKey/success',
}, async () => {
  const { keys } = decodeJwt<{ keys: HistoricalKey[] }>(await text('/historical_keys'))
  expect(keys).toMatchObject([{ kid: oldKid, iat: expect.any(Number), exp: expect.any(Number) }])
  const old = await admin.server.db.issuedTrustMark.findFirstOrThrow({ where: { kid: oldKid } })
  expect(keys[0]?.iat).toBeLessThanOrEqual(old.issuedAt.getTime() / 1000)
  expect(keys[0]?.exp).toBeGreaterThanOrEqual(old.issuedAt.getTime() / 1000)
  expect(JSON.stringify(keys)).not.toContain('"d"')
  await jwtVerify(await text('/historical_keys'), createLocalJWKSet(await jwks()))
})

async function jwks(): Promise<JwkSet> {
  return decodeJwt<{ jwks: JwkSet }>(await text('/.well-known/openid-federation')).jwks
}

it('records each operation and its user', {
  tags: ['mutation/announceSigningKey/audit', 'mutation/switchSigningKey/audit', 'mutation/retireKey/audit'],
}, async () => {
  const { data } = await admin.execute(
    '{ auditEvents(filter: {resourceTypes: [SIGNING_KEY], outcome: SUCCEEDED}) { edges { node { actor { username } action resource before after } } } }',
  )
  const entries = data.auditEvents.edges.map(({ node }: { node: object }) => node)
  expect(entries).toEqual([
    {
      actor: { username: 'admin' },
      action: 'RETIRE_KEY',
      resource: oldKid,
      before: { state: 'PUBLISHED' },
      after: { state: 'RETIRED' },
    },
    {
      actor: { username: 'admin' },
      action: 'SWITCH_SIGNING_KEY',
      resource: newKid,
      before: { signs: oldKid },
      after: { signs: newKid, store: 'files' },
    },
    {
      actor: { username: 'admin' },
      action: 'ANNOUNCE_SIGNING_KEY',
      resource: newKid,
      before: null,
      after: { state: 'ANNOUNCED', alg: 'ML-DSA-65', store: 'files' },
    },
  ])
})
