/** Where in an input the fault is, to the last step, so that a form or a script can point at it. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { register, startLeaf } from '#test/helpers/subordinate.ts'

let admin: TestAdmin

beforeAll(async () => {
  admin = await startAdmin()
})
afterAll(() => admin.close())

const rp = (policy: object) => ({ openid_relying_party: policy })

it.for<[path: string, value: unknown]>([
  ['metadataPolicy', []],
  ['metadataPolicy.openid_relying_party', rp([])],
  ['metadataPolicy.openid_relying_party.scope.subset_of', rp({ scope: { subset_of: 'openid' } })],
  ['metadataPolicy.openid_relying_party.contacts.essential', rp({ contacts: { essential: 1 } })],
  ['metadataPolicy.openid_relying_party.a.one_of', rp({ a: { value: 1, one_of: [2] } })],
  ['constraints.max_path_length', { max_path_length: -1 }],
  ['constraints.naming_constraints.permitted.0', { naming_constraints: { permitted: ['not a host'] } }],
  ['forcedMetadata.openid_relying_party', rp([])],
  ['jwks.keys.0.kid', { keys: [{ kty: 'EC' }] }],
  ['validFor', 8761],
  ['validFor', 0],
  ['additionalClaims', { exp: 1 }],
  ['additionalClaims', 'text'],
])('names %s when it is %j', async ([place, value]) => {
  const leaf = await startLeaf(admin)
  const { id } = await register(admin, leaf)
  const [field = ''] = place.split('.')
  for (const [mutation, subject] of [
    ['registerSubordinate', { entityId: `${leaf.id}/another` }],
    ['updateSubordinate', { id }],
  ] as const) {
    expect(await admin.mutate(mutation, { ...subject, [field]: value }, 'id')).toMatchObject({
      __typename: 'InvalidInputError',
      code: 'INVALID_INPUT',
      path: ['input', ...place.split('.')],
    })
  }
})

it('names the federation’s policy likewise, and keeps an identifier with dots whole', async () => {
  const metadataPolicy = rp({ contacts: { add: 'no list' } })
  expect(await admin.mutate('updateFederationPolicy', { metadataPolicy }, 'version', 'admin')).toMatchObject({
    path: ['input', 'metadataPolicy', 'openid_relying_party', 'contacts', 'add'],
  })
  const trustMarkIssuers = { 'https://mark.example/member': 'no list' }
  expect(await admin.mutate('updateTrustAnchor', { trustMarkIssuers }, 'version', 'admin')).toMatchObject({
    path: ['input', 'trustMarkIssuers', 'https://mark.example/member'],
  })
})
