/** Tests the keys that a subordinate pushes: which are taken over, which never, and that nothing happens half-way. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { generateSigningKey, type Jwk, type JwkSet, toPublicJwk } from '#core/keys.ts'
import { createPushedKeys } from '#store/pushed-keys.ts'
import { createQuestions, type Question } from '#store/questions.ts'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import type { TestEntity } from '#test/helpers/entity.ts'
import { relyingParty } from '#test/helpers/federation.ts'
import { KEY_SET_TYPE, signKeySet } from '#test/helpers/key-set.ts'
import { eventually } from '#test/helpers/product.ts'
import { register, servedStatement, startLeaf } from '#test/helpers/subordinate.ts'
import { afterAMinute, answered, forget, offer } from './public-test.ts'

const path = '/jwks_update'
const UPDATED = 'The pushed keys are registered and published.'
const REPLAYED = 'This JWK Set or a later one was accepted before. Sign a new one to change the keys again.'
const UNSIGNED =
  'The Entity Configuration is not signed with one of the pushed keys. Publish it with such a signature, then push again.'

let admin: TestAdmin
let next: Jwk
beforeAll(async () => {
  admin = await startAdmin()
  await offer(admin, 'JWKS_UPDATE')
})
beforeEach(async () => {
  next = await generateSigningKey('ES256')
})
afterAll(() => admin.close())
afterEach(() => forget(admin))

const now = () => Math.floor(Date.now() / 1000)
const kidsOf = ({ keys }: JwkSet) => keys.map(({ kid }) => kid)

async function startMember(input: object = {}): Promise<TestEntity & { dbId: string }> {
  const leaf = await startLeaf(admin, { metadata: relyingParty })
  const { id } = await register(admin, leaf, input)
  return Object.assign(leaf, { dbId: id })
}

/** It publishes and signs with these keys from now on; the first one signs. */
function turnTo(member: TestEntity, ...keys: [Jwk, ...Jwk[]]): void {
  member.key = keys[0]
  member.keys.keys = keys.map(toPublicJwk)
}

const post = (jwt: string) =>
  fetch(`${admin.entityId}${path}`, { method: 'POST', headers: { 'content-type': KEY_SET_TYPE }, body: jwt })

/** The final answer. */
async function push(sub: string, jwt: string) {
  const response = await post(jwt)
  expect([response.status, await response.text()]).toEqual([202, expect.stringContaining(sub)])
  return answered(admin, path, { sub })
}

async function servedKids(sub: string): Promise<string[]> {
  const statement = await servedStatement(admin, sub)
  if (typeof statement === 'number') throw new Error(`status ${statement}`)
  return kidsOf(statement.jwks as JwkSet)
}

const question = (entityId: string): Question => ({
  endpoint: 'jwks_update',
  wants: 'examination',
  entityId,
  trustMarkType: null,
})

const auditEvents = (resource: string) =>
  admin.server.db.auditEvent.findMany({ where: { resource, action: 'renewSubordinate' } })

it('takes over a key that was not announced, and the configuration that it signed', async () => {
  const member = await startMember()
  const old = member.key
  turnTo(member, next)
  const jwt = await signKeySet({ id: member.id, key: old, keys: [next] })
  expect(await push(member.id, jwt)).toMatchObject({ sub: member.id, state: 'updated', message: UPDATED })
  expect(await servedKids(member.id)).toEqual([next.kid])
  expect(await auditEvents(member.id)).toMatchObject([
    { actor: 'job:jwks-update', eventTypes: ['jwks_update'], after: { jwks: { keys: [{ kid: next.kid }] } } },
  ])
  const resolved = await admin.get('/resolve', { sub: member.id, trust_anchor: admin.entityId })
  expect(resolved.status).toBe(200)
})

it('says that nothing has changed', async () => {
  const member = await startMember()
  const jwt = await signKeySet({ id: member.id, key: member.key, keys: [member.key] })
  const message = 'The pushed keys are those that are registered.'
  expect(await push(member.id, jwt)).toMatchObject({ state: 'unchanged', message })
  expect(await auditEvents(member.id)).toEqual([])
})

it('takes over nothing that the Entity Configuration is not signed with', async () => {
  const member = await startMember()
  const { kid } = member.key
  const jwt = await signKeySet({ id: member.id, key: member.key, keys: [next] })
  expect(await push(member.id, jwt)).toMatchObject({ state: 'not_acceptable', message: UNSIGNED })
  expect(await servedKids(member.id)).toEqual([kid])
  // The member itself is well.
  const row = await admin.server.db.subordinate.findUniqueOrThrow({ where: { entityId: member.id } })
  expect(row).toMatchObject({ failingSince: null, unresolvableSince: null, keysPushedAt: null })
})

it('takes over nothing while the Entity Configuration cannot be fetched', async () => {
  const member = await startMember()
  member.misbehave('server error')
  const jwt = await signKeySet({ id: member.id, key: member.key, keys: [member.key, next] })
  expect(await push(member.id, jwt)).toMatchObject({
    state: 'not_acceptable',
    message: expect.stringContaining('500'),
  })
  expect(await servedKids(member.id)).toEqual([member.key.kid])
})

it('changes nothing for a replay, or for a set that is older than the accepted one', async () => {
  const member = await startMember()
  const { key } = member
  const sign = (keys: Jwk[], iat: number) => signKeySet({ id: member.id, key, keys, claims: { iat } })
  const [at, third] = [now(), await generateSigningKey('ES256')]
  const accepted = await sign([key, next], at - 20)
  expect(await push(member.id, accepted)).toMatchObject({ state: 'updated' })
  for (const jwt of [accepted, await sign([key, third], at - 60), await sign([key, third], at - 20)]) {
    await afterAMinute(admin)
    expect(await push(member.id, jwt)).toMatchObject({ state: 'unchanged', message: REPLAYED })
    expect(await servedKids(member.id)).toEqual([key.kid, next.kid])
  }
  await afterAMinute(admin)
  expect(await push(member.id, await sign([key, third], at))).toMatchObject({ state: 'updated' })
  expect(await auditEvents(member.id)).toHaveLength(2)
})

it('leaves a member alone that operators update themselves', async () => {
  const member = await startMember({ autorenew: false })
  const before = member.requests.length
  const jwt = await signKeySet({ id: member.id, key: member.key, keys: [member.key, next] })
  const message = 'The operators update this entity themselves. Ask them.'
  expect(await push(member.id, jwt)).toMatchObject({ state: 'unchanged', message })
  expect(member.requests.length).toBe(before)
})

it('keeps the last word of the member: a push, until the member publishes a later configuration', async () => {
  const member = await startMember()
  const { key, dbId } = member
  const at = now()
  member.options.configuration = { iat: at - 100 }
  const jwt = await signKeySet({ id: member.id, key, keys: [key, next], claims: { iat: at - 50 } })
  expect(await push(member.id, jwt)).toMatchObject({ state: 'updated' })
  expect(await admin.mutate('renewSubordinate', { id: dbId }, 'id')).toMatchObject({ id: dbId })
  expect(await servedKids(member.id)).toEqual([key.kid, next.kid])
  member.options.configuration = { iat: at - 49 }
  expect(await admin.mutate('renewSubordinate', { id: dbId }, 'id')).toMatchObject({ id: dbId })
  expect(await servedKids(member.id)).toEqual([key.kid])
})

it('takes over the later of two sets that are pushed at once', async () => {
  const member = await startMember()
  const { key } = member
  const other = await generateSigningKey('ES256')
  const sign = (keys: Jwk[], iat: number) => signKeySet({ id: member.id, key, keys, claims: { iat } })
  const [later, earlier] = [await sign([key, next], now()), await sign([key, other], now() - 10)]
  await Promise.all([post(earlier), post(later), post(earlier)])
  await eventually(async () => {
    await afterAMinute(admin)
    expect(await servedKids(member.id)).toEqual([key.kid, next.kid])
  })
}, 40_000)

it('does not lose a set that arrives while an earlier one is answered', async () => {
  const member = await startMember()
  const { key } = member
  member.misbehave('hang')
  const fetches = () => member.conditions.length
  const before = fetches()
  const sign = (keys: Jwk[], iat: number) => signKeySet({ id: member.id, key, keys, claims: { iat } })
  expect((await post(await sign([key], now() - 10))).status).toBe(202)
  await eventually(() => expect(fetches()).toBe(before + 1))
  member.misbehave(undefined)
  expect((await post(await sign([key, next], now()))).status).toBe(202)
  await eventually(async () => {
    await afterAMinute(admin)
    expect(await servedKids(member.id)).toEqual([key.kid, next.kid])
  })
}, 40_000)

describe('never trusts Redis: refuses', () => {
  type Forged = (member: TestEntity) => Promise<string | null>
  it.each<[string, Forged, RegExp]>([
    ['a set that is gone', async () => null, /waited for too long/],
    ['a word', async () => 'hello', /compact form/],
    [
      'the new key as signer',
      ({ id }) => signKeySet({ id, key: next, keys: [next] }),
      /not one of its issuer/,
    ],
    [
      'the set of another entity',
      ({ key }) => signKeySet({ id: 'https://else.example', key, keys: [key] }),
      /iss/,
    ],
    [
      'one that waited since before it could be pushed',
      ({ id, key }) => signKeySet({ id, key, keys: [key, next], claims: { iat: now() - 1000 } }),
      /more than 15 minutes ago/,
    ],
    [
      'one for another anchor',
      ({ id, key }) => signKeySet({ id, key, keys: [key, next], claims: { aud: 'https://else.example' } }),
      /aud/,
    ],
    [
      'a private key',
      ({ id, key }) => signKeySet({ id, key, keys: [], claims: { keys: [toPublicJwk(key), next] } }),
      /private member/,
    ],
    ['an empty set', ({ id, key }) => signKeySet({ id, key, keys: [] }), /must contain a key/],
  ])('%s', async (_what, forge, message) => {
    const member = await startMember()
    const jwt = await forge(member)
    const store = { redis: admin.redis.client }
    if (jwt !== null) await createPushedKeys(store).put({ entityId: member.id, iat: now(), jwt })
    await createQuestions(store).ask(question(member.id))
    expect(await answered(admin, path, { sub: member.id })).toMatchObject({
      state: 'not_acceptable',
      message: expect.stringMatching(message),
    })
    expect(await servedKids(member.id)).toEqual([member.key.kid])
    expect(await auditEvents(member.id)).toEqual([])
  })

  it('a key that has expired as signer', async () => {
    const member = await startMember()
    const old = member.key
    await admin.server.db.subordinate.update({
      where: { entityId: member.id },
      data: { jwks: { keys: [toPublicJwk(next), { ...toPublicJwk(old), exp: now() - 1 }] as object[] } },
    })
    const jwt = await signKeySet({ id: member.id, key: old, keys: [old, next] })
    const { answer } = await admin.server.services.publicAnswers.answer(question(member.id), jwt)
    expect(answer).toMatchObject({ state: 'not_acceptable', message: expect.stringMatching(/issuer/) })
  })

  it('an entity that is not registered', async () => {
    const sub = 'https://else.example'
    const jwt = await signKeySet({ id: sub, key: next, keys: [next] })
    const { answer } = await admin.server.services.publicAnswers.answer(question(sub), jwt)
    expect(answer).toMatchObject({ state: 'unknown' })
  })
})

describe('does nothing half-way', () => {
  it('when the database fails', async () => {
    const member = await startMember()
    const { key } = member
    const { db, services, installation } = admin.server
    const jwt = await signKeySet({ id: member.id, key, keys: [key, next] })
    await installation.$executeRaw`
      CREATE FUNCTION refuse_audit() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'terminating connection' USING ERRCODE = '57P01'; END $$`
    await installation.$executeRaw`
      CREATE TRIGGER refuse_audit BEFORE INSERT ON "AuditEvent" FOR EACH ROW EXECUTE FUNCTION refuse_audit()`
    const work = services.publicAnswers.answer(question(member.id), jwt)
    await expect(work).rejects.toThrow()
    const row = await db.subordinate.findUniqueOrThrow({ where: { entityId: member.id } })
    expect([kidsOf(row.jwks as JwkSet), row.keysPushedAt]).toEqual([[key.kid], null])
    expect(await servedKids(member.id)).toEqual([key.kid])
    await installation.$executeRaw`DROP TRIGGER refuse_audit ON "AuditEvent"`
    const { answer } = await services.publicAnswers.answer(question(member.id), jwt)
    expect(answer).toMatchObject({ state: 'updated' })
    expect(await servedKids(member.id)).toEqual([key.kid, next.kid])
  })

  it('when Redis fails: the keys are stored, and published as soon as it is back', async () => {
    const member = await startMember()
    const { key } = member
    const { services } = admin.server
    const jwt = await signKeySet({ id: member.id, key, keys: [key, next] })
    await admin.redis.stop()
    await services.publicAnswers.answer(question(member.id), jwt).catch(() => undefined)
    await admin.redis.restart()
    await admin.server.publisher.rebuild()
    await eventually(async () => expect(await servedKids(member.id)).toEqual([key.kid, next.kid]))
    // Another attempt changes nothing.
    const { answer } = await services.publicAnswers.answer(question(member.id), jwt)
    expect(answer).toMatchObject({ state: 'unchanged', message: REPLAYED })
  })
})
