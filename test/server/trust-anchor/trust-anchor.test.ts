/** Tests the settings of the Trust Anchor and the federation, from the mutation to the endpoints (§3.1.2, §5.2.2). */
import { describe, expect, it } from 'vitest'
import { endpoints, optionalEndpoints } from '#core/endpoint.ts'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { type Role, roles } from '#server/identity/roles.ts'
import { validityOf } from '#server/publish/spread.ts'
import { defaultsOf } from '#server/services/patch.ts'
import { settingFields } from '#server/services/trust-anchor/input.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { register, servedConfiguration, servedStatement, startLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()

const ANCHOR = 'version organizationName organization authorityHints statementHours metadataPolicy'
const update = (input: object, as: Role = 'admin') => admin.mutate('updateTrustAnchor', input, ANCHOR, as)
const present = () => admin.server.services.trustAnchor.settings()
/** Without what an evaluation of the members writes when it ends. */
async function chosen() {
  const { evaluatedVersion, updatedAt, ...settings } = await present()
  return settings
}

async function statementHours(sub: string): Promise<number> {
  const statement = await servedStatement(admin, sub)
  if (typeof statement === 'number') throw new Error(`/fetch answered ${statement}`)
  return validityOf(sub, Number(statement.exp) - Number(statement.iat))
}

describe('updateTrustAnchor', () => {
  it('publishes the organization, and clears null fields', {
    tags: 'mutation/updateTrustAnchor/success',
  }, async () => {
    const organization = { contacts: ['ops@example.org'], policy_uri: 'https://ta.example.org/policy' }
    await update({ organizationName: 'The Federation', organization })
    const { metadata } = await servedConfiguration(admin)
    expect(metadata).toMatchObject({
      federation_entity: { organization_name: 'The Federation', ...organization },
    })
    expect(await update({ organizationName: null })).toMatchObject({ organizationName: null, organization })
    const { metadata: cleared } = await servedConfiguration(admin)
    expect(cleared).toMatchObject({ federation_entity: organization })
    expect(cleared).not.toHaveProperty('federation_entity.organization_name')
  })

  it('keeps name, environment and color for the operators, and publishes nothing for them', async () => {
    await update({ organizationName: 'The Federation' })
    const before = await servedConfiguration(admin)
    const { db } = admin.server
    const entries = await db.outboxEntry.count()
    const { lastPublishedAt } = await db.publisherLease.findFirstOrThrow()
    const APPEARANCE = 'displayName environment color'
    const given = { displayName: ' National test ', environment: 'TEST', color: '#2563EB' }
    expect(await admin.mutate('updateTrustAnchor', given, APPEARANCE, 'admin')).toMatchObject({
      displayName: 'National test',
      environment: 'TEST',
      color: '#2563eb',
    })
    expect(await db.outboxEntry.count()).toBe(entries)
    expect(await db.publisherLease.findFirstOrThrow()).toMatchObject({ lastPublishedAt })
    expect(await servedConfiguration(admin)).toEqual(before)
    const cleared = { displayName: null, environment: null, color: null }
    expect(await admin.mutate('updateTrustAnchor', cleared, APPEARANCE, 'admin')).toMatchObject(cleared)
  })

  it.for<[field: string, value: string, message: RegExp]>([
    ['displayName', '', /1 to 60 characters/],
    ['displayName', 'x'.repeat(61), /1 to 60 characters/],
    ['displayName', 'two\nlines', /one line/],
    ['color', 'blue', /#2563eb/],
    ['color', '#fff', /#2563eb/],
  ])('refuses %s: %j', async ([field, value, message]) => {
    expect(await update({ [field]: value })).toMatchObject({
      __typename: 'InvalidInputError',
      message: expect.stringMatching(message),
      path: ['input', field],
    })
  })

  it('advertises the default endpoints initially', async () => {
    const { endpoints: initial } = await chosen()
    expect(initial).toEqual(optionalEndpoints.filter((name) => endpoints[name].advertised === 'by default'))
  })

  it('advertises the chosen endpoints in addition to the required ones', async () => {
    await update({ endpoints: ['RESOLVE'] })
    const { metadata } = await servedConfiguration(admin)
    const { federation_entity: entity } = metadata as { federation_entity: object } // as §5.1.1 has it
    expect(
      Object.keys(entity)
        .filter((name) => name.endsWith('_endpoint'))
        .sort(),
    ).toEqual(['federation_fetch_endpoint', 'federation_list_endpoint', 'federation_resolve_endpoint'])
  })

  it('names superiors, hints and foreign issuers and owners of Trust Marks', {
    tags: '3.1.2/authority-hints',
  }, async () => {
    const other = 'https://other.example.org'
    const type = 'https://other.example.org/mark'
    const owner = { sub: other, jwks: { keys: [toPublicJwk(await generateSigningKey('ES256'))] } }
    await update({
      authorityHints: [other, other],
      trustAnchorHints: [other],
      trustMarkIssuers: { [type]: [other] },
      trustMarkOwners: { [type]: owner },
    })
    expect(await servedConfiguration(admin)).toMatchObject({
      authority_hints: [other],
      trust_anchor_hints: [other],
      trust_mark_issuers: { [type]: [other] },
      trust_mark_owners: { [type]: owner },
    })
    await update({
      authorityHints: null,
      trustAnchorHints: null,
      trustMarkIssuers: null,
      trustMarkOwners: null,
    })
    expect(Object.keys(await servedConfiguration(admin)).sort()).toEqual(
      ['exp', 'iat', 'iss', 'jwks', 'metadata', 'sub'].sort(),
    )
  })

  it('resets every setting to the value of a new installation', async () => {
    const names = Object.keys(defaultsOf(settingFields)).filter((name) => name !== 'metadataPolicy')
    await update(Object.fromEntries(names.map((name) => [name, null])))
    const cleared = await present()
    const initial = await admin.server.db.settings.create({ data: { id: 2 } })
    await admin.server.db.settings.delete({ where: { id: 2 } })
    const { id, version, statementVersion, updatedAt } = cleared
    expect(cleared).toEqual({ ...initial, id, version, statementVersion, updatedAt })
  })

  it('signs every statement again after a change of hours, within the maximum', async () => {
    const [leaf, longLived] = [await startLeaf(admin), await startLeaf(admin)]
    await register(admin, leaf)
    await register(admin, longLived, { validFor: 200 })
    await update({ statementHours: 12 })
    const hours = () => Promise.all([leaf, longLived].map(({ id }) => statementHours(id)))
    // A mutation waits some seconds for its publication, a busy machine may take longer.
    await expect.poll(hours).toEqual([12, 200])
    await update({ maximumStatementHours: 100 })
    await expect.poll(hours).toEqual([12, 100])
    await update({ maximumStatementHours: null, statementHours: null })
    await expect.poll(hours).toEqual([168, 200])
  })

  it('puts constraints into the statement of every subordinate without its own', async () => {
    const [leaf, own] = [await startLeaf(admin), await startLeaf(admin)]
    await register(admin, leaf)
    await register(admin, own, { constraints: { max_path_length: 0 } })
    await update({ constraints: { max_path_length: 3 } })
    const served = ({ id }: { id: string }) => servedStatement(admin, id)
    await expect.poll(() => served(leaf)).toMatchObject({ constraints: { max_path_length: 3 } })
    expect(await served(own)).toMatchObject({ constraints: { max_path_length: 0 } })
    await update({ constraints: null })
    await expect.poll(() => served(leaf)).not.toHaveProperty('constraints')
  })

  it('refuses a change of an outdated version', {
    tags: ['mutation/updateTrustAnchor/ConflictError', 'mutation/updateFederationPolicy/ConflictError'],
  }, async () => {
    const { version } = await update({ organizationName: 'First' })
    await update({ organizationName: 'Second', version })
    expect(await update({ organizationName: 'Third', version })).toMatchObject({
      __typename: 'ConflictError',
      code: 'CONFLICT',
      path: ['input', 'version'],
    })
    expect(await chosen()).toMatchObject({ organizationName: 'Second' })
  })

  it.for<[field: string, value: unknown, message: RegExp]>([
    ['organization', { federation_fetch_endpoint: 'https://else.example' }, /federation_fetch_endpoint/],
    ['organization', ['no object'], /organization/],
    ['authorityHints', 'self', /itself/],
    ['constraints', { max_path_length: 'two' }, /max_path_length/],
    ['trustMarkIssuers', { 'https://mark.example': 'https://no.list' }, /trustMarkIssuers/],
    ['trustMarkOwners', { 'https://mark.example': { sub: 'https://owner.example' } }, /jwks/],
    ['trustAnchors', { 'https://other.example': { keys: [] } }, /trustAnchors/],
    ['trustAnchors', [], /object/],
    ['endpointAuthMethods', { nowhere: ['none'] }, /nowhere/],
    ['endpointAuthMethods', { fetch: ['client_secret_basic'] }, /private_key_jwt/],
    ['endpointAuthMethods', { jwks_update: ['private_key_jwt'] }, /signature of its requests/],
    ['entityConfigurationHours', 0, /hours/],
    ['maximumTrustMarkHours', 43_801, /43800/],
    ['statementHours', 8761, /maximumStatementHours/],
    ['trustMarks', ['a.b.c'], /./],
  ])(
    'names %s when it is %j, and changes nothing',
    { tags: 'mutation/updateTrustAnchor/InvalidInputError' },
    async ([field, value, message]) => {
      const before = await chosen()
      const input = { [field]: value === 'self' ? [admin.entityId] : value }
      expect(await update(input)).toMatchObject({
        __typename: 'InvalidInputError',
        code: 'INVALID_INPUT',
        path: expect.arrayContaining(['input', field]),
        message: expect.stringMatching(message),
      })
      expect(await chosen()).toEqual(before)
    },
  )
})

it.for(roles.filter((role) => role !== 'admin'))('refuses changes by a %s', async (role) => {
  const before = await chosen()
  for (const name of ['updateTrustAnchor', 'updateFederationPolicy']) {
    const type = name.charAt(0).toUpperCase() + name.slice(1)
    const document = `mutation ($input: ${type}Input!) { ${name}(input: $input) { __typename } }`
    const { errors } = await admin.execute(document, { input: {} }, role)
    expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN')
  }
  expect(await chosen()).toEqual(before)
})
