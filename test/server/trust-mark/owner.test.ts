/** Tests types with an owner: their marks need the owner's delegation (§7.2). */
import { decodeJwt } from 'jose'
import { expect, it } from 'vitest'
import { signJwt } from '#core/jws.ts'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { buildDelegation, TRUST_MARK_DELEGATION_TYP } from '#core/trust-mark/index.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { trustMarksOf } from '#test/helpers/trust-mark.ts'

const { createType, issueOf, change, serve, statusOf } = trustMarksOf(() => admin)

const admin = adminInFile()

const owner = 'https://owner.example.org'

async function owned() {
  const key = await generateSigningKey('ES256')
  const jwks = { keys: [toPublicJwk(key)] }
  const { id, type } = await createType({ owner: { sub: owner, jwks } })
  const delegate = (changes: object = {}, by = key) => {
    const iat = Math.floor(Date.now() / 1000)
    const claims = buildDelegation({ owner, issuer: admin.entityId, type, iat })
    return signJwt({ ...claims, ...changes }, { key: by, typ: TRUST_MARK_DELEGATION_TYP })
  }
  return { id, type, key, delegate }
}

it('has marks with the delegation of the owner, also after they are renewed', {
  tags: '7.3/step-8',
}, async () => {
  const { type, delegate } = await owned()
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
  const { type, delegate } = await owned()
  const input = changes ? { delegation: await delegate(changes) } : {}
  expect(await issueOf(type, input)).toMatchObject({
    __typename: 'InvalidInputError',
    path: ['input', 'delegation'],
    message: expect.stringMatching(message),
  })
  expect((await serve(type)).status).toBe(404)
})

it('has no mark with a delegation that another key signed', async () => {
  const { type, key, delegate } = await owned()
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
  const jwks = { keys: [toPublicJwk(await generateSigningKey('ES256'))] }
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
  const { id } = await issueOf(type)
  const failing = async () => {
    const document = `query ($id: ID!, $filter: TrustMarkFilter) {
      trustMark(id: $id) { failingSince lastError } trustMarks(filter: $filter) { totalCount } }`
    const filter = { trustMarkType: type, renewalFailed: true }
    const { data } = await admin.execute(document, { id, filter }, 'viewer')
    return { ...data.trustMark, found: data.trustMarks.totalCount }
  }
  expect(await failing()).toEqual({ failingSince: null, lastError: null, found: 0 })
  const jwks = { keys: [toPublicJwk(await generateSigningKey('ES256'))] }
  await admin.mutate('updateTrustMarkType', { id: typeId, owner: { sub: owner, jwks } }, 'id')
  await change('renew', id)
  const first = await failing()
  expect(first).toEqual({
    failingSince: expect.any(String),
    lastError: expect.stringContaining('delegation'),
    found: 1,
  })
  await change('renew', id)
  expect((await failing()).failingSince).toBe(first.failingSince)
  await admin.mutate('updateTrustMarkType', { id: typeId, owner: null }, 'id')
  await change('renew', id)
  expect(await failing()).toEqual({ failingSince: null, lastError: null, found: 0 })
})
