/** Tests types with an owner: their marks need the owner's delegation, and never outlive it (§7.2). */
import { decodeJwt } from 'jose'
import { expect, it } from 'vitest'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { registerLeaf, servedConfiguration } from '#test/helpers/subordinate.ts'
import { owner, subject, trustMarksOf } from '#test/helpers/trust-mark.ts'

const { createType, createOwnedType, issueOf, change, serve, holders, statusOf } = trustMarksOf(() => admin)

const admin = adminInFile()

const HOUR = 3600
const nowInSeconds = () => Math.floor(Date.now() / 1000)
const endOf = (jwt: string) => Number(decodeJwt(jwt).exp)
const inThreeHours = () => ({ exp: nowInSeconds() + 3 * HOUR })
const otherKeys = async () => ({ keys: [toPublicJwk(await generateSigningKey('ES256'))] })

it('has marks with the delegation of the owner, also after they are renewed', {
  tags: '7.3/step-8',
}, async () => {
  const { type, delegate } = await createOwnedType()
  const delegation = await delegate()
  const { id, mark } = await issueOf(type, { delegation })
  expect(decodeJwt(mark.jwt).delegation).toBe(delegation)
  expect(decodeJwt((await change('renew', id)).mark.jwt).delegation).toBe(delegation)
})

it.for<[title: string, changes: object | null, message: RegExp]>([
  ['no delegation', null, /need a delegation/],
  ['a delegation to somebody else', { sub: 'https://else.example' }, /else\.example/],
  ['a delegation by somebody else', { iss: 'https://else.example' }, /else\.example/],
  ['a delegation of another type', { trust_mark_type: 'https://else.example/mark' }, /else\.example/],
  ['an expired delegation', { iat: 1_000_000_000, exp: 1_000_003_600 }, /expired/],
])('has no mark under %s', async ([, changes, message]) => {
  const { type, delegate } = await createOwnedType()
  const input = changes ? { delegation: await delegate(changes) } : {}
  expect(await issueOf(type, input)).toMatchObject({
    __typename: 'InvalidInputError',
    path: ['input', 'delegation'],
    message: expect.stringMatching(message),
  })
  expect((await serve(type)).status).toBe(404)
})

it('has no mark with a delegation that another key signed', async () => {
  const { type, key, delegate } = await createOwnedType()
  const other = { ...(await generateSigningKey('ES256')), kid: key.kid }
  expect(await issueOf(type, { delegation: await delegate({}, other) })).toMatchObject({
    __typename: 'InvalidInputError',
    path: ['input', 'delegation'],
    message: expect.stringMatching(/signature/),
  })
})

it('does not renew a mark that is older than the owner and has no delegation', async () => {
  const { id: typeId, type } = await createType()
  const { id, mark } = await issueOf(type)
  const jwks = await otherKeys()
  await admin.mutate('updateTrustMarkType', { id: typeId, owner: { sub: owner, jwks } }, 'id')
  expect(await change('renew', id)).toMatchObject({
    __typename: 'InvalidInputError',
    code: 'INVALID_INPUT',
  })
  // Verifiers refuse it, because its type has an owner now (§7.3 step 8).
  expect(await statusOf(mark.jwt)).toBe('invalid')
  expect((await serve(type)).status).toBe(404)
})

it('is failing from its first failed renewal until one succeeds', async () => {
  const { id: typeId, type } = await createType()
  const { id, mark } = await issueOf(type)
  const read = async () => {
    const document = `query ($id: ID!, $filter: TrustMarkFilter) {
      trustMark(id: $id) { failingSince lastError mark { jwt } } trustMarks(filter: $filter) { totalCount }
      serverStatus { counts { failingTrustMarks } failing { trustMarks { entityId lastError } } } }`
    const filter = { trustMarkType: type, renewalFailed: true }
    const { data } = await admin.execute(document, { id, filter }, 'viewer')
    const { counts, failing } = data.serverStatus
    const found = { found: data.trustMarks.totalCount, ofAll: counts.failingTrustMarks }
    return { mark: { ...data.trustMark, ...found }, shown: failing.trustMarks }
  }
  const before = await read()
  expect(before.mark).toMatchObject({ failingSince: null, lastError: null, found: 0 })
  await admin.mutate(
    'updateTrustMarkType',
    { id: typeId, owner: { sub: owner, jwks: await otherKeys() } },
    'id',
  )
  expect(await change('renew', id)).toMatchObject({ code: 'INVALID_INPUT' })
  const first = await read()
  const lastError = expect.stringContaining('delegation')
  const ofAll = before.mark.ofAll + 1
  expect(first.mark).toEqual({ failingSince: expect.any(String), lastError, mark, found: 1, ofAll })
  expect(first.shown).toContainEqual({ entityId: subject, lastError: first.mark.lastError })
  expect(first.shown).toHaveLength(ofAll)
  const ofType = { where: { trustMarkType: { type } } }
  const { expiresAt } = await admin.server.db.trustMark.findFirstOrThrow(ofType)
  await admin.server.db.trustMark.updateMany({ ...ofType, data: { expiresAt: new Date(0) } })
  expect((await read()).mark.ofAll, 'one that has expired').toBe(before.mark.ofAll)
  await admin.server.db.trustMark.updateMany({ ...ofType, data: { expiresAt } })
  await change('renew', id)
  expect((await read()).mark.failingSince).toBe(first.mark.failingSince)
  await admin.mutate('updateTrustMarkType', { id: typeId, owner: null }, 'id')
  await change('renew', id)
  expect((await read()).mark).toMatchObject({ failingSince: null, lastError: null, found: 0 })
})

it('ends a mark with its delegation, and a mark that ends earlier when it should', async () => {
  const { type, delegate } = await createOwnedType()
  const delegation = await delegate(inThreeHours())
  const { mark } = await issueOf(type, { delegation, validFor: 24 })
  expect(endOf(mark.jwt)).toBe(endOf(delegation))
  const { type: other, delegate: delegateOther } = await createOwnedType()
  const short = await issueOf(other, { delegation: await delegateOther(inThreeHours()), validFor: 2 })
  expect(endOf(short.mark.jwt) - nowInSeconds()).toBeLessThanOrEqual(2 * HOUR)
})

it('renews a mark up to the end of its delegation, and then says why it cannot', async () => {
  const { type, delegate } = await createOwnedType()
  const delegation = await delegate(inThreeHours())
  const { id } = await issueOf(type, { delegation, validFor: 2 })
  await change('update', id, { validFor: 24 })
  const renewed = await change('renew', id)
  expect(endOf(renewed.mark.jwt)).toBe(endOf(delegation))
  expect(await change('renew', id)).toMatchObject({
    __typename: 'InvalidInputError',
    message: `The owner’s delegation ends at ${new Date(endOf(delegation) * 1000).toISOString()}, so the mark cannot be extended. Revoke the mark and issue one with a new delegation.`,
  })
  const document = 'query ($id: ID!) { trustMark(id: $id) { lastError } }'
  const { data } = await admin.execute(document, { id }, 'viewer')
  expect(data.trustMark.lastError).toContain('so the mark cannot be extended')
  expect(await (await serve(type)).text()).toBe(renewed.mark.jwt)
})

it('makes a mark invalid when the key of its owner is replaced', async () => {
  const { id, type, delegate } = await createOwnedType()
  const { mark } = await issueOf(type, { delegation: await delegate() })
  expect([await statusOf(mark.jwt), await holders(type)]).toEqual(['active', [subject]])
  const jwks = await otherKeys()
  await admin.mutate('updateTrustMarkType', { id, owner: { sub: owner, jwks } }, 'id')
  expect([await statusOf(mark.jwt), await holders(type)]).toEqual(['invalid', []])
  expect((await serve(type)).status).toBe(404)
})

it('delegates to itself if it owns the type, also after a renewal and in a resolve response', async () => {
  const other = await otherKeys()
  const { type } = await createType({ owner: { sub: admin.entityId, jwks: other } })
  const { leaf } = await registerLeaf(admin)
  const { id, mark } = await issueOf(type, { entityId: leaf.id })
  const renewed = await change('renew', id)
  for (const { jwt } of [mark, renewed.mark]) {
    expect(decodeJwt(String(decodeJwt(jwt).delegation))).toMatchObject({
      iss: admin.entityId,
      sub: admin.entityId,
      trust_mark_type: type,
    })
    expect(await statusOf(jwt)).toBe('active')
  }
  const { jwks, trust_mark_owners } = await servedConfiguration(admin)
  expect(trust_mark_owners).toMatchObject({ [type]: { sub: admin.entityId, jwks } })
  const response = await admin.get('/resolve', { sub: leaf.id, trust_anchor: admin.entityId })
  const { trust_marks } = decodeJwt(await response.text())
  expect(trust_marks).toEqual([{ trust_mark_type: type, trust_mark: renewed.mark.jwt }])
})

it('requires the delegation of an owner in the settings too, as verifiers do', async () => {
  const { type } = await createType()
  const jwks = await otherKeys()
  await admin.mutate(
    'updateTrustAnchor',
    { trustMarkOwners: { [type]: { sub: owner, jwks } } },
    'entityId',
    'admin',
  )
  expect(await issueOf(type)).toMatchObject({
    __typename: 'InvalidInputError',
    path: ['input', 'delegation'],
    message: 'Marks of this type need a delegation by its owner.',
  })
})
