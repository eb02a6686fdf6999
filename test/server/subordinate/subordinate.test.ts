/** Tests subordinates from the mutation to the public endpoints (§3.1, §8.1, §8.2, §8.3). */
import type { JWTPayload } from 'jose'
import { describe, expect, it } from 'vitest'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { validityOf } from '#server/publish/spread.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingParty } from '#test/helpers/entity.ts'
import {
  listed,
  register,
  registerLeaf,
  servedStatement,
  startLeaf,
  statementOf,
  verifiedByAnchor,
} from '#test/helpers/subordinate.ts'

const admin = adminInFile()

const validity = ({ sub, iat, exp }: JWTPayload) => validityOf(sub, Number(exp) - Number(iat))
const update = (id: string, input: object) =>
  admin.mutate('updateSubordinate', { id, ...input }, 'version validFor autorenew forcedMetadata')

const statement = (sub: string) => statementOf(admin, sub)

/** The claims of the answer, or its error. */
async function resolved(sub: string): Promise<unknown> {
  const response = await admin.get('/resolve', { sub, trust_anchor: admin.entityId })
  if (!response.ok) return response.json()
  return verifiedByAnchor(admin, await response.text(), 'resolve-response+jwt')
}

describe('registerSubordinate', () => {
  it('publishes a statement with the declared keys and the defaults of the federation', {
    tags: 'mutation/registerSubordinate/success',
  }, async () => {
    const leaf = await startLeaf(admin)
    const row = await register(admin, leaf)
    expect(row).toMatchObject({ active: true, autorenew: true, validFor: null, state: 'ACTIVE' })
    const claims = await statement(leaf.id)
    expect(claims).toEqual({
      iss: admin.entityId,
      sub: leaf.id,
      iat: expect.any(Number),
      exp: expect.any(Number),
      jwks: leaf.keys,
      source_endpoint: `${admin.entityId}/fetch`,
    })
    expect(validity(claims)).toBe(168)
    expect(await listed(admin)).toContain(leaf.id)
    expect(await resolved(leaf.id)).toMatchObject({ sub: leaf.id, metadata: relyingParty })
  })

  it('puts all values of the operator into the statement', async () => {
    const leaf = await startLeaf(admin)
    const forcedMetadata = { openid_relying_party: { client_name: 'Renamed' } }
    const metadataPolicy = { openid_relying_party: { contacts: { add: ['ops@example.org'] } } }
    const constraints = { max_path_length: 0, allowed_entity_types: ['openid_relying_party'] }
    await register(admin, leaf, {
      forcedMetadata,
      metadataPolicy,
      constraints,
      validFor: 5,
      additionalClaims: { 'https://example.org/level': 2 },
    })
    const claims = await statement(leaf.id)
    expect(claims).toMatchObject({ metadata: forcedMetadata, metadata_policy: metadataPolicy, constraints })
    expect(claims['https://example.org/level']).toBe(2)
    expect(validity(claims)).toBe(5)
    expect(await resolved(leaf.id)).toMatchObject({
      metadata: { openid_relying_party: { client_name: 'Renamed', contacts: ['ops@example.org'] } },
    })
  })

  it('publishes the keys obtained out of band when the configuration verifies with them', async () => {
    const leaf = await startLeaf(admin)
    const unused = toPublicJwk(await generateSigningKey('ES256'))
    const jwks = { keys: [...leaf.keys.keys, unused] }
    await register(admin, leaf, { jwks })
    expect((await statement(leaf.id)).jwks).toEqual(jwks)
  })

  it('refuses an entity whose configuration does not verify with the keys obtained out of band', async () => {
    const leaf = await startLeaf(admin)
    const jwks = { keys: [toPublicJwk(await generateSigningKey('ES256'))] }
    const result = await admin.mutate('registerSubordinate', { entityId: leaf.id, jwks }, 'id')
    expect(result).toMatchObject({
      __typename: 'EntityRejectedError',
      code: 'ENTITY_REJECTED',
      path: ['input', 'jwks'],
    })
    expect(result.checks).toContainEqual(expect.objectContaining({ name: 'KEYS', status: 'FAILED' }))
    expect(await servedStatement(admin, leaf.id)).toBe(404)
  })

  it('publishes nothing about an entity that is registered inactive', async () => {
    const leaf = await startLeaf(admin)
    expect(await register(admin, leaf, { active: false })).toMatchObject({ state: 'INACTIVE' })
    expect(await servedStatement(admin, leaf.id)).toBe(404)
    expect(await listed(admin)).not.toContain(leaf.id)
  })

  it('registers an entity once for two simultaneous requests', async () => {
    const { id: entityId } = await startLeaf(admin)
    const both = [1, 2].map(() => admin.mutate('registerSubordinate', { entityId }, 'id'))
    const names = (await Promise.all(both)).map(({ __typename }) => __typename).sort()
    expect(names).toEqual(['ConflictError', 'RegisterSubordinateSuccess'])
  })
})

describe('updateSubordinate', () => {
  it('keeps absent fields and clears null fields', {
    tags: 'mutation/updateSubordinate/success',
  }, async () => {
    const leaf = await startLeaf(admin)
    const forcedMetadata = { openid_relying_party: { client_name: 'Renamed' } }
    const { id } = await register(admin, leaf, { forcedMetadata, validFor: 5 })
    expect(await update(id, { autorenew: false })).toMatchObject({ forcedMetadata, validFor: 5 })
    expect(await update(id, { forcedMetadata: null, validFor: null })).toMatchObject({
      forcedMetadata: null,
      validFor: null,
      autorenew: false,
    })
    const claims = await statement(leaf.id)
    expect(claims).not.toHaveProperty('metadata')
    expect(validity(claims)).toBe(168)
  })

  it('refuses a change of an outdated version, and changes nothing', {
    tags: 'mutation/updateSubordinate/ConflictError',
  }, async () => {
    const { leaf, id, version } = await registerLeaf(admin)
    await update(id, { validFor: 6, version })
    const before = await (await admin.get('/fetch', { sub: leaf.id })).text()
    expect(await update(id, { validFor: 7, version })).toMatchObject({
      __typename: 'ConflictError',
      code: 'CONFLICT',
      path: ['input', 'version'],
    })
    expect(await (await admin.get('/fetch', { sub: leaf.id })).text()).toBe(before)
    expect(validity(await statement(leaf.id))).toBe(6)
  })

  it('does not accept an id of another type', async () => {
    const id = Buffer.from('TrustMark:1').toString('base64')
    expect(await update(id, { validFor: 1 })).toMatchObject({
      __typename: 'NotFoundError',
      code: 'NOT_FOUND',
    })
  })
})

it('unpublishes a deactivated subordinate and republishes a reactivated one', {
  tags: ['mutation/deactivateSubordinate/success', 'mutation/reactivateSubordinate/success'],
}, async () => {
  const { leaf, id } = await registerLeaf(admin)
  expect(await admin.mutate('deactivateSubordinate', { id }, 'state')).toMatchObject({ state: 'INACTIVE' })
  expect(await servedStatement(admin, leaf.id)).toBe(404)
  expect(await listed(admin)).not.toContain(leaf.id)
  expect(await resolved(leaf.id)).toMatchObject({ error: 'invalid_trust_chain' })
  expect(await admin.mutate('reactivateSubordinate', { id }, 'state')).toMatchObject({ state: 'ACTIVE' })
  expect(await statement(leaf.id)).toMatchObject({ sub: leaf.id })
  expect(await listed(admin)).toContain(leaf.id)
  expect(await resolved(leaf.id)).toMatchObject({ sub: leaf.id })
})

it('deletes a removed subordinate, which can be registered again', {
  tags: 'mutation/removeSubordinate/success',
}, async () => {
  const { leaf, id } = await registerLeaf(admin)
  expect(await admin.mutate('removeSubordinate', { id }, '')).toMatchObject({ ids: [id] })
  expect(await servedStatement(admin, leaf.id)).toBe(404)
  expect(await listed(admin)).not.toContain(leaf.id)
  expect(await resolved(leaf.id)).toMatchObject({ error: 'invalid_trust_chain' })
  expect(await admin.mutate('removeSubordinate', { id }, '')).toMatchObject({ __typename: 'NotFoundError' })
  await register(admin, leaf)
  expect(await statement(leaf.id)).toMatchObject({ sub: leaf.id })
})
