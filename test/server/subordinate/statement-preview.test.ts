/** Tests the preview of a Subordinate Statement and of its resolution, before a change (§3.1.3, §6). */
import { describe, expect, it } from 'vitest'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { validityOf } from '#server/publish/spread.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingParty } from '#test/helpers/entity.ts'
import { registerLeaf, servedStatement, startLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()

const DOCUMENT = `query ($id: ID, $entityId: EntityIdentifier, $changes: StatementChangesInput) {
  preview: previewSubordinateStatement(id: $id, entityId: $entityId, changes: $changes) {
    entityId claims presentClaims differences { path before after }
    presentConclusion { metadata findings }
    conclusion { metadata findings policy { parameter operator setBy error } } } }`

const ask = (variables: object) => admin.execute(DOCUMENT, variables, 'viewer')

async function preview(variables: object) {
  const { data, errors } = await ask(variables)
  if (errors) throw new Error(JSON.stringify(errors))
  return data.preview
}

describe('of a registered entity', () => {
  it('shows the new statement and its differences, and changes nothing', async () => {
    const { leaf, id } = await registerLeaf(admin, { validFor: 24 })
    const served = await servedStatement(admin, leaf.id)
    const jwks = { keys: [toPublicJwk(await generateSigningKey('ES256'))] }
    const constraints = { max_path_length: 0 }
    const result = await preview({ id, changes: { jwks, constraints, validFor: 48 } })
    const { iat, exp, ...claims } = result.claims
    expect(validityOf(leaf.id, exp - iat)).toBe(48)
    expect(claims).toEqual({
      iss: admin.entityId,
      sub: leaf.id,
      jwks,
      constraints,
      source_endpoint: `${admin.entityId}/fetch`,
    })
    expect(result.presentClaims).toEqual(served)
    const paths = result.differences.map(({ path }: { path: string }) => path)
    expect(paths.sort()).toEqual(['constraints', 'exp', 'jwks.keys'])
    expect(result.differences).toContainEqual({ path: 'constraints', before: null, after: constraints })
    expect(await servedStatement(admin, leaf.id)).toEqual(served)
  })

  it('does not report new times as a difference', async () => {
    const { id } = await registerLeaf(admin)
    expect(await preview({ id })).toMatchObject({
      differences: [],
      presentConclusion: { metadata: relyingParty, findings: [] },
      conclusion: { metadata: relyingParty, findings: [] },
    })
  })

  it('gives every reason why a resolver would reject it', async () => {
    const { id } = await registerLeaf(admin)
    const changes = {
      forcedMetadata: { openid_relying_party: { client_uri: 'https://else.example' } },
      metadataPolicy: {
        openid_relying_party: {
          client_uri: { one_of: ['https://rp.example.org'] },
          logo_uri: { essential: true },
        },
      },
      constraints: { naming_constraints: { excluded: ['127.0.0.1'] } },
    }
    const { presentConclusion, conclusion } = await preview({ id, changes })
    expect(presentConclusion).toEqual({ metadata: relyingParty, findings: [] })
    expect(conclusion.metadata).toBeNull()
    expect(conclusion.findings).toEqual([
      expect.stringContaining('127.0.0.1'),
      expect.stringContaining('client_uri'),
      expect.stringContaining('logo_uri'),
    ])
    expect(conclusion.policy).toContainEqual({
      parameter: 'logo_uri',
      operator: 'essential',
      setBy: [admin.entityId],
      error: expect.any(String),
    })
  })

  it('contacts the entity only for its registration', async () => {
    const { leaf, id } = await registerLeaf(admin)
    leaf.misbehave('server error')
    expect(await preview({ id })).toMatchObject({ entityId: leaf.id })
    expect(await preview({ entityId: leaf.id })).toMatchObject({ entityId: leaf.id })
  })
})

describe('of an entity that is not registered', () => {
  it('uses its configuration', async () => {
    const leaf = await startLeaf(admin)
    const changes = { additionalClaims: { 'https://example.org/level': 2 } }
    expect(await preview({ entityId: leaf.id, changes })).toMatchObject({
      claims: { sub: leaf.id, jwks: leaf.keys, 'https://example.org/level': 2 },
      presentClaims: null,
      presentConclusion: null,
      conclusion: { metadata: relyingParty, findings: [] },
    })
    expect(await servedStatement(admin, leaf.id)).toBe(404)
  })

  it('fails with a message when the configuration cannot be read', async () => {
    const leaf = await startLeaf(admin)
    leaf.misbehave('rubbish')
    const { errors } = await ask({ entityId: leaf.id })
    expect(errors).toEqual([
      expect.objectContaining({ extensions: { code: 'ENTITY_REJECTED', path: ['entityId'] } }),
    ])
  })
})

it.each([
  ['neither id nor entity', {}, 'INVALID_INPUT'],
  ['both', { id: 'x', entityId: 'https://rp.example.org' }, 'INVALID_INPUT'],
  ['an unknown id', { id: 'x' }, 'NOT_FOUND'],
  [
    'a protected claim',
    { entityId: 'https://rp.example.org', changes: { additionalClaims: { iss: 1 } } },
    'INVALID_INPUT',
  ],
])('refuses %s', async (_title, variables, code) => {
  const { errors } = await ask(variables)
  expect(errors?.[0]?.extensions?.code).toBe(code)
})
