/** The published metadata of our endpoints (§5.1.1, §8.8.1). */
import { expect, test } from 'vitest'
import { endpointNames } from '#core/endpoint.ts'
import { parseEndpoint } from '#core/entity-id.ts'
import { endpointMetadata } from '#server/publish/build.ts'

const entityId = 'https://ta.example/federation/'

test('lists every algorithm that we can verify', { tags: '5.1.1/auth-alg' }, () => {
  const metadata = endpointMetadata(entityId, endpointNames, { fetch: ['private_key_jwt'] })
  const algorithms = metadata.endpoint_auth_signing_alg_values_supported
  expect(algorithms).toEqual(expect.arrayContaining(['RS256', 'PS512', 'ES256', 'EdDSA', 'Ed25519', 'Ed448']))
  expect(algorithms).not.toContain('none')
  expect(algorithms).not.toContainEqual(expect.stringMatching(/^HS/))
})

test('declares authentication only for endpoints that support it', () => {
  expect(JSON.stringify(endpointMetadata(entityId, endpointNames, { fetch: ['none'] }))).not.toContain('auth')
})

test.each(endpointNames)(
  'has an https URL without a double slash for %s',
  { tags: ['collection/endpoint', 'listing/endpoint', 'events/endpoint'] },
  (name) => {
    const url = parseEndpoint(endpointMetadata(entityId, endpointNames, {})[`federation_${name}_endpoint`], [
      name,
    ])
    expect(url).toMatch(/^https:\/\/ta\.example\/federation\/[a-z_]+$/)
  },
)
