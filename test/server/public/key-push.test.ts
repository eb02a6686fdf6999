/** Tests the keys that a subordinate pushes: which are taken over, which not, and in what order. */
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { generateSigningKey, type Jwk, toPublicJwk } from '#core/keys.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { signKeySet } from '#test/helpers/key-set.ts'
import { eventually } from '#test/helpers/product.ts'
import { auditEvents, now, post, push, REPLAYED, servedKids, startMember, turnTo } from './key-push-member.ts'
import { afterAMinute, forget, offer } from './public-test.ts'

const UPDATED = 'The pushed keys are registered and published.'
const UNSIGNED =
  'The Entity Configuration is not signed with one of the pushed keys. Publish it with such a signature, then push again.'

let next: Jwk
const admin = adminInFile()
beforeAll(() => offer(admin, 'JWKS_UPDATE'))
beforeEach(async () => {
  next = await generateSigningKey('ES256')
})
afterEach(() => forget(admin))

it('takes over a key that was not announced, and the configuration that it signed', async () => {
  const member = await startMember(admin)
  const old = member.key
  turnTo(member, next)
  const jwt = await signKeySet({ id: member.id, key: old, keys: [next] })
  expect(await push(admin, member.id, jwt)).toMatchObject({
    sub: member.id,
    state: 'updated',
    message: UPDATED,
  })
  expect(await servedKids(admin, member.id)).toEqual([next.kid])
  expect(await auditEvents(admin, member.id)).toMatchObject([
    { actor: 'job:jwks-update', eventTypes: ['jwks_update'], after: { jwks: { keys: [{ kid: next.kid }] } } },
  ])
  const resolved = await admin.get('/resolve', { sub: member.id, trust_anchor: admin.entityId })
  expect(resolved.status).toBe(200)
})

it('says that nothing has changed', async () => {
  const member = await startMember(admin)
  const jwt = await signKeySet({ id: member.id, key: member.key, keys: [member.key] })
  const message = 'The pushed keys are those that are registered.'
  expect(await push(admin, member.id, jwt)).toMatchObject({ state: 'unchanged', message })
  expect(await auditEvents(admin, member.id)).toEqual([])
})

it('takes over nothing that the Entity Configuration is not signed with', async () => {
  const member = await startMember(admin)
  const { kid } = member.key
  const jwt = await signKeySet({ id: member.id, key: member.key, keys: [next] })
  expect(await push(admin, member.id, jwt)).toMatchObject({ state: 'not_acceptable', message: UNSIGNED })
  expect(await servedKids(admin, member.id)).toEqual([kid])
  // The member itself is well.
  const row = await admin.server.db.subordinate.findUniqueOrThrow({ where: { entityId: member.id } })
  expect(row).toMatchObject({ failingSince: null, unresolvableSince: null, keysPushedAt: null })
})

it('takes over nothing while the Entity Configuration cannot be fetched', async () => {
  const member = await startMember(admin)
  member.misbehave('server error')
  const jwt = await signKeySet({ id: member.id, key: member.key, keys: [member.key, next] })
  expect(await push(admin, member.id, jwt)).toMatchObject({
    state: 'not_acceptable',
    message: expect.stringContaining('500'),
  })
  expect(await servedKids(admin, member.id)).toEqual([member.key.kid])
})

it('changes nothing for a replay, or for a set that is older than the accepted one', async () => {
  const member = await startMember(admin)
  const { key } = member
  const sign = (keys: Jwk[], iat: number) => signKeySet({ id: member.id, key, keys, claims: { iat } })
  const [at, third] = [now(), await generateSigningKey('ES256')]
  const accepted = await sign([key, next], at - 20)
  expect(await push(admin, member.id, accepted)).toMatchObject({ state: 'updated' })
  for (const jwt of [accepted, await sign([key, third], at - 60), await sign([key, third], at - 20)]) {
    await afterAMinute(admin)
    expect(await push(admin, member.id, jwt)).toMatchObject({ state: 'unchanged', message: REPLAYED })
    expect(await servedKids(admin, member.id)).toEqual([key.kid, next.kid])
  }
  await afterAMinute(admin)
  expect(await push(admin, member.id, await sign([key, third], at))).toMatchObject({ state: 'updated' })
  expect(await auditEvents(admin, member.id)).toHaveLength(2)
})

it('takes a JWK Set in the claim keys without a time, if the Entity Configuration has the same keys', async () => {
  const member = await startMember(admin)
  const old = member.key
  turnTo(member, next)
  const sign = (...keys: Jwk[]) => {
    const claims = { iat: undefined, keys: { keys: keys.map(toPublicJwk) } }
    return signKeySet({ id: member.id, key: old, keys: [], claims })
  }
  const foreign = await push(admin, member.id, await sign(next, old))
  expect(foreign).toMatchObject({ state: 'not_acceptable', message: expect.stringContaining('has no iat') })
  await afterAMinute(admin)
  expect(await push(admin, member.id, await sign(next))).toMatchObject({ state: 'updated', message: UPDATED })
  expect(await servedKids(admin, member.id)).toEqual([next.kid])
})

it('changes nothing for a replay of a JWK Set without a time', async () => {
  const member = await startMember(admin)
  const { key } = member
  const without = (keys: Jwk[]) => signKeySet({ id: member.id, key, keys, claims: { iat: undefined } })
  const recorded = await without([key])
  turnTo(member, key, next)
  member.options.configuration = { iat: now() - 10 }
  expect(await push(admin, member.id, await without([key, next]))).toMatchObject({ state: 'updated' })
  await afterAMinute(admin)
  expect(await push(admin, member.id, recorded)).toMatchObject({ state: 'not_acceptable' })
  // Nor while an old configuration comes back, as a cache may send it.
  turnTo(member, key)
  member.options.configuration = { iat: now() - 60 }
  await afterAMinute(admin)
  expect(await push(admin, member.id, recorded)).toMatchObject({
    state: 'not_acceptable',
    message: expect.stringContaining('older than the keys that were pushed last'),
  })
  expect(await servedKids(admin, member.id)).toEqual([key.kid, next.kid])
})

it('leaves a member alone that operators update themselves', async () => {
  const member = await startMember(admin, { autorenew: false })
  const before = member.requests.length
  const jwt = await signKeySet({ id: member.id, key: member.key, keys: [member.key, next] })
  const message = 'The operators update this entity themselves. Ask them.'
  expect(await push(admin, member.id, jwt)).toMatchObject({ state: 'unchanged', message })
  expect(member.requests.length).toBe(before)
})

it('keeps the last word of the member: a push, until the member publishes a later configuration', async () => {
  const member = await startMember(admin)
  const { key, dbId } = member
  const at = now()
  member.options.configuration = { iat: at - 100 }
  const jwt = await signKeySet({ id: member.id, key, keys: [key, next], claims: { iat: at - 50 } })
  expect(await push(admin, member.id, jwt)).toMatchObject({ state: 'updated' })
  expect(await admin.mutate('renewSubordinate', { id: dbId }, 'id')).toMatchObject({ id: dbId })
  expect(await servedKids(admin, member.id)).toEqual([key.kid, next.kid])
  member.options.configuration = { iat: at - 49 }
  expect(await admin.mutate('renewSubordinate', { id: dbId }, 'id')).toMatchObject({ id: dbId })
  expect(await servedKids(admin, member.id)).toEqual([key.kid])
})

it('takes over the later of two sets that are pushed at once', async () => {
  const member = await startMember(admin)
  const { key } = member
  const other = await generateSigningKey('ES256')
  const sign = (keys: Jwk[], iat: number) => signKeySet({ id: member.id, key, keys, claims: { iat } })
  const [later, earlier] = [await sign([key, next], now()), await sign([key, other], now() - 10)]
  await Promise.all([post(admin, earlier), post(admin, later), post(admin, earlier)])
  await eventually(async () => {
    await afterAMinute(admin)
    expect(await servedKids(admin, member.id)).toEqual([key.kid, next.kid])
  })
})

it('does not lose a set that arrives while an earlier one is answered', async () => {
  const member = await startMember(admin)
  const { key } = member
  member.misbehave('hang')
  const fetches = () => member.conditions.length
  const before = fetches()
  const sign = (keys: Jwk[], iat: number) => signKeySet({ id: member.id, key, keys, claims: { iat } })
  expect((await post(admin, await sign([key], now() - 10))).status).toBe(202)
  await eventually(() => expect(fetches()).toBe(before + 1))
  member.misbehave(undefined)
  expect((await post(admin, await sign([key, next], now()))).status).toBe(202)
  await eventually(async () => {
    await afterAMinute(admin)
    expect(await servedKids(admin, member.id)).toEqual([key.kid, next.kid])
  })
})
