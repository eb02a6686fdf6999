/** Tests the renewal of a subordinate on request, from the mutation to the public endpoints (§3.1, §8.1, §11). */
import type { JWTPayload } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import type { TestEntity } from '#test/helpers/entity.ts'
import { relyingParty } from '#test/helpers/federation.ts'
import { register, servedStatement, startLeaf, verifiedByAnchor } from '#test/helpers/subordinate.ts'

let admin: TestAdmin

beforeAll(async () => {
  admin = await startAdmin()
})
afterAll(() => admin.close())

const _lifetime = ({ iat, exp }: JWTPayload) => Number(exp) - Number(iat)
const update = (id: string, input: object) =>
  admin.mutate('updateSubordinate', { id, ...input }, 'version validFor autorenew forcedMetadata')

async function statement(sub: string): Promise<JWTPayload> {
  const served = await servedStatement(admin, sub)
  if (typeof served === 'number') throw new Error(`/fetch answered ${served}`)
  return served
}

/** The claims of the answer, or its error. */
async function _resolved(sub: string): Promise<unknown> {
  const response = await admin.get('/resolve', { sub, trust_anchor: admin.entityId })
  if (!response.ok) return response.json()
  return verifiedByAnchor(admin, await response.text(), 'resolve-response+jwt')
}

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
    const leaf = await startLeaf(admin)
    const { id } = await register(admin, leaf)
    const next = toPublicJwk(await generateSigningKey('ES256'))
    leaf.keys.keys.push(next)
    leaf.options.metadata = {
      openid_relying_party: { ...relyingParty.openid_relying_party, client_name: 'New' },
    }
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
    const leaf = await startLeaf(admin)
    const { id } = await register(admin, leaf)
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
    const leaf = await startLeaf(admin)
    const { id } = await register(admin, leaf)
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
    const leaf = await startLeaf(admin)
    const { id } = await register(admin, leaf)
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
    const leaf = await startLeaf(admin)
    const { id } = await register(admin, leaf)
    leaf.configuration = async () => {
      await admin.mutate('removeSubordinate', { id }, '')
      return 'no statement'
    }
    expect(await renew(id)).toMatchObject({ __typename: 'EntityRejectedError' })
    expect((await admin.get('/fetch', { sub: leaf.id })).status).toBe(404)
  })
})
