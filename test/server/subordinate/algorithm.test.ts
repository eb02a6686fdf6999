/** Tests the report before a switch to another algorithm: which subordinates do not show that they could verify it. */
import { beforeAll, expect, it } from 'vitest'
import { type Jwk, type SigningAlgorithm, signingAlgorithms } from '#core/keys.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { register, startLeaf } from '#test/helpers/subordinate.ts'

const JWKS: Readonly<Record<string, object>> = {
  rsa: { kty: 'RSA' },
  p256: { kty: 'EC', crv: 'P-256' },
  p384: { kty: 'EC', crv: 'P-384' },
  p521: { kty: 'EC', crv: 'P-521' },
  edwards: { kty: 'OKP', crv: 'Ed25519' },
  ed448: { kty: 'OKP', crv: 'Ed448' },
  post44: { kty: 'AKP', alg: 'ML-DSA-44' },
  post65: { kty: 'AKP', alg: 'ML-DSA-65' },
  post87: { kty: 'AKP', alg: 'ML-DSA-87' },
  padded: { kty: 'RSA', alg: 'PS256' },
}
const idOf = (name: string) => `https://${name}.example.org`

const others = {
  entityConfiguration: 'a.b.c',
  entityConfigurationExpiresAt: new Date(Date.now() + 1e7),
  lastCheckedAt: new Date(),
}

const admin = adminInFile()
beforeAll(async () => {
  const { db } = admin.server
  const data = Object.entries(JWKS).map(([name, jwk]) => ({
    ...{ entityId: idOf(name), metadata: {}, jwks: { keys: [jwk] } as { keys: Jwk[] }, ...others },
  }))
  await db.subordinate.createMany({ data })
  const metadata = {
    openid_relying_party: {
      id_token_signed_response_alg: 'EdDSA',
      jwks: { keys: [{ kty: 'EC', crv: 'P-384' }] },
      client_name: 'The ES512 service', // a name within a text is no name of an algorithm
    },
    openid_provider: { request_object_signing_alg_values_supported: ['PS256', 'ML-DSA-44'] },
  }
  await db.subordinate.create({
    data: { entityId: idOf('metadata'), metadata, jwks: { keys: [] }, ...others },
  })
})

const enumValue = (alg: string) => alg.toUpperCase().replaceAll('-', '_')

async function named(alg: string): Promise<string[]> {
  const document = `query ($filter: SubordinateFilter) {
    all: subordinates(first: 100) { edges { node { entityId } } }
    without: subordinates(filter: $filter, first: 100) { totalCount edges { node { entityId } } } }`
  const { data } = await admin.execute(document, { filter: { withoutAlgorithm: enumValue(alg) } }, 'viewer')
  const idsOf = (page: { edges: { node: { entityId: string } }[] }) =>
    page.edges.map(({ node }) => node.entityId)
  expect(data.without.totalCount).toBe(idsOf(data.without).length)
  const without = new Set(idsOf(data.without))
  return idsOf(data.all).filter((id) => !without.has(id))
}

const naming: Readonly<Record<SigningAlgorithm, string[]>> = {
  RS256: ['padded', 'rsa'],
  PS256: ['metadata', 'padded'],
  ES256: ['p256'],
  ES384: ['metadata', 'p384'],
  ES512: ['p521'],
  Ed25519: ['edwards', 'metadata'],
  Ed448: ['ed448'],
  'ML-DSA-44': ['metadata', 'post44'],
  'ML-DSA-65': ['post65'],
  'ML-DSA-87': ['post87'],
}

it.each(signingAlgorithms)('finds who names %s, in keys and in metadata', async (alg) => {
  expect(await named(alg)).toEqual(naming[alg].map(idOf))
})

it('follows the metadata', async () => {
  const { db } = admin.server
  const where = { entityId: idOf('p521') }
  await db.subordinate.update({
    where,
    data: { metadata: { openid_provider: { id_token_signing_alg_values_supported: ['ML-DSA-65'] } } },
  })
  expect(await named('ML-DSA-65')).toContain(where.entityId)
  await db.subordinate.update({ where, data: { metadata: {} } })
  expect(await named('ML-DSA-65')).not.toContain(where.entityId)
})

it('refuses an algorithm that no key is made for', async () => {
  const document = '{ subordinates(filter: { withoutAlgorithm: RS384 }) { totalCount } }'
  const { errors } = await admin.execute(document)
  expect(errors?.[0]?.message).toMatch(/^Enter one of ED448, ED25519, ES256,/)
})

it('is in no audit entry, because it follows from metadata and keys', async () => {
  const { id } = await register(admin, await startLeaf(admin))
  await admin.mutate('deactivateSubordinate', { id }, 'id')
  const { data } = await admin.execute('{ auditEvents(first: 1) { edges { node { action before after } } } }')
  const [{ node }] = data.auditEvents.edges
  expect(node.action).toBe('DEACTIVATE_SUBORDINATE')
  for (const columns of [node.before, node.after]) {
    expect(columns).toHaveProperty('active')
    expect(columns).not.toHaveProperty('unnamedAlgorithms')
  }
})
