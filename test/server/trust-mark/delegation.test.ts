/** Tests that a Trust Mark never outlives the owner's delegation, and that this anchor delegates to itself (§7.2). */
import { decodeJwt } from 'jose'
import { expect, it } from 'vitest'
import { signJwt } from '#core/jws.ts'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { buildDelegation, TRUST_MARK_DELEGATION_TYP } from '#core/trust-mark/index.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { registerLeaf, servedConfiguration } from '#test/helpers/subordinate.ts'
import { subject, trustMarksOf } from '#test/helpers/trust-mark.ts'

const { createType, issueOf, change, serve, holders, statusOf } = trustMarksOf(() => admin)

const admin = adminInFile()

const HOUR = 3600
const owner = 'https://owner.example.org'
const nowInSeconds = () => Math.floor(Date.now() / 1000)

/** A type whose owner delegates to this anchor, for so many seconds. */
async function owned() {
  const key = await generateSigningKey('ES256')
  const jwks = { keys: [toPublicJwk(key)] }
  const { id, type } = await createType({ owner: { sub: owner, jwks } })
  const delegate = (seconds?: number) => {
    const iat = nowInSeconds()
    const exp = seconds === undefined ? {} : { exp: iat + seconds }
    const claims = buildDelegation({ owner, issuer: admin.entityId, type, iat, ...exp })
    return signJwt(claims, { key, typ: TRUST_MARK_DELEGATION_TYP })
  }
  return { id, type, delegate }
}

const endOf = (jwt: string) => Number(decodeJwt(jwt).exp)

it('ends a mark with its delegation, and a mark that ends earlier when it should', async () => {
  const { type, delegate } = await owned()
  const delegation = await delegate(3 * HOUR)
  const { mark } = await issueOf(type, { delegation, validFor: 24 })
  expect(endOf(mark.jwt)).toBe(endOf(delegation))
  const { type: other, delegate: delegateOther } = await owned()
  const short = await issueOf(other, { delegation: await delegateOther(3 * HOUR), validFor: 2 })
  expect(endOf(short.mark.jwt) - nowInSeconds()).toBeLessThanOrEqual(2 * HOUR)
})

it('renews a mark up to the end of its delegation, and then says why it cannot', async () => {
  const { type, delegate } = await owned()
  const delegation = await delegate(3 * HOUR)
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
  const { id, type, delegate } = await owned()
  const { mark } = await issueOf(type, { delegation: await delegate() })
  expect([await statusOf(mark.jwt), await holders(type)]).toEqual(['active', [subject]])
  const jwks = { keys: [toPublicJwk(await generateSigningKey('ES256'))] }
  await admin.mutate('updateTrustMarkType', { id, owner: { sub: owner, jwks } }, 'id')
  expect([await statusOf(mark.jwt), await holders(type)]).toEqual(['invalid', []])
  expect((await serve(type)).status).toBe(404)
})

it('delegates to itself if it owns the type, also after a renewal and in a resolve response', async () => {
  const other = { keys: [toPublicJwk(await generateSigningKey('ES256'))] }
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
  const jwks = { keys: [toPublicJwk(await generateSigningKey('ES256'))] }
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
