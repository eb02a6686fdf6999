/** Tests the renewal of a subordinate on request, from the mutation to the public endpoints (§3.1, §8.1, §11). */
import { describe, expect, it } from 'vitest'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingPartyNamed, type TestEntity } from '#test/helpers/entity.ts'
import { registerLeaf, statementOf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()

const update = (id: string, input: object) =>
  admin.mutate('updateSubordinate', { id, ...input }, 'version validFor autorenew forcedMetadata')

const statement = (sub: string) => statementOf(admin, sub)

describe('renewSubordinate', () => {
  const renew = (id: string) => admin.mutate('renewSubordinate', { id }, 'state resolvedMetadata jwks')
  const served = async ({ id }: TestEntity) => (await admin.get('/fetch', { sub: id })).text()
  const stateOf = async (entityId: string) => {
    const document =
      'query ($entityId: EntityIdentifier!) { subordinate(entityId: $entityId) { state lastError } }'
    return (await admin.execute(document, { entityId })).data.subordinate
  }

  it('applies changed metadata and a new key that the old key announces', {
    tags: 'mutation/renewSubordinate/success',
  }, async () => {
    const { leaf, id } = await registerLeaf(admin)
    const next = toPublicJwk(await generateSigningKey('ES256'))
    leaf.keys.keys.push(next)
    leaf.options.metadata = relyingPartyNamed('New')
    expect(await renew(id)).toMatchObject({
      state: 'ACTIVE',
      resolvedMetadata: { openid_relying_party: { client_name: 'New' } },
    })
    expect((await statement(leaf.id)).jwks).toEqual(leaf.keys)
    expect(leaf.keys.keys).toContainEqual(next)
  })

  it('refuses a replaced key and serves the previous statement', {
    tags: 'mutation/renewSubordinate/EntityRejectedError',
  }, async () => {
    const { leaf, id } = await registerLeaf(admin)
    const before = await served(leaf)
    leaf.misbehave('wrong signature')
    expect(await renew(id)).toMatchObject({ __typename: 'EntityRejectedError', code: 'ENTITY_REJECTED' })
    expect(await served(leaf)).toBe(before)
    expect(await stateOf(leaf.id)).toEqual({
      state: 'DOES_NOT_RESOLVE',
      lastError: expect.stringContaining('signature'),
    })
  })

  it('keeps the statement of an unavailable entity, and clears the failure when it is back', async () => {
    const { leaf, id } = await registerLeaf(admin)
    const before = await served(leaf)
    leaf.misbehave('server error')
    expect(await renew(id)).toMatchObject({ __typename: 'EntityRejectedError' })
    expect(await served(leaf)).toBe(before)
    expect(await stateOf(leaf.id)).toMatchObject({ state: 'UNREACHABLE' })
    leaf.misbehave(undefined)
    expect(await renew(id)).toMatchObject({ state: 'ACTIVE' })
    expect(await stateOf(leaf.id)).toEqual({ state: 'ACTIVE', lastError: null })
  })

  it('yields to keys that an operator registers during the fetch', {
    tags: 'mutation/renewSubordinate/ConflictError',
  }, async () => {
    const { leaf, id } = await registerLeaf(admin)
    const jwks = { keys: [...leaf.keys.keys, toPublicJwk(await generateSigningKey('ES256'))] }
    const { configuration } = leaf
    leaf.configuration = async () => {
      leaf.configuration = configuration // an update fetches it too
      await update(id, { jwks })
      return configuration()
    }
    expect(await renew(id)).toMatchObject({ __typename: 'ConflictError', code: 'CONFLICT', path: null })
    expect((await statement(leaf.id)).jwks).toEqual(jwks)
  })

  it('finds nothing when the subordinate is removed during the fetch', async () => {
    const { leaf, id } = await registerLeaf(admin)
    leaf.configuration = async () => {
      await admin.mutate('removeSubordinate', { id }, '')
      return 'no statement'
    }
    expect(await renew(id)).toMatchObject({ __typename: 'EntityRejectedError' })
    expect((await admin.get('/fetch', { sub: leaf.id })).status).toBe(404)
  })
})
