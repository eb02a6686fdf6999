/** Tests the checks by the clock: what they store, what they sign, and what they say about a member. */
import { describe, expect, it } from 'vitest'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { jobCaller } from '#server/identity/caller.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingParty, relyingPartyNamed, type TestEntity } from '#test/helpers/entity.ts'
import { registerLeaf, servedStatement } from '#test/helpers/subordinate.ts'

const admin = adminInFile({ fetchLimits: { totalTimeout: 5_000 } })

const rowOf = ({ id: entityId }: TestEntity) =>
  admin.server.db.subordinate.findUniqueOrThrow({ where: { entityId } })

async function check(leaf: TestEntity, etag: string | null = null) {
  return admin.server.services.subordinates.check(jobCaller('check'), await rowOf(leaf), etag)
}

async function healthOf({ id: entityId }: TestEntity) {
  const document = `query ($entityId: EntityIdentifier!) {
    subordinate(entityId: $entityId) { state problem { code message section since } lastError } }`
  const { data } = await admin.execute(document, { entityId }, 'viewer')
  return data.subordinate
}

describe('a check', () => {
  it('asks with the entity tag, and reads nothing while the configuration is the same', async () => {
    const { leaf } = await registerLeaf(admin, {}, { etag: '"one"' })
    const before = await rowOf(leaf)
    expect(await check(leaf, '"one"')).toEqual({
      ...{ result: 'UNCHANGED', message: 'Unchanged.' },
      ...{ etag: '"one"', isChanged: false },
    })
    expect(leaf.conditions.at(-1)).toBe('"one"')
    expect(await rowOf(leaf)).toEqual(before)
    expect(await check(leaf, '"another"')).toMatchObject({ result: 'STORED', etag: '"one"' })
  })

  it('stores and publishes a new configuration, and signs only what its statement depends on', async () => {
    const { leaf } = await registerLeaf(admin)
    const statement = await servedStatement(admin, leaf.id)
    expect(await check(leaf)).toMatchObject({ result: 'STORED' })
    expect(await servedStatement(admin, leaf.id)).toEqual(statement)
    leaf.options.metadata = relyingPartyNamed('A new name')
    expect(await check(leaf)).toMatchObject({
      message: 'Changed: metadata.openid_relying_party.client_name.',
    })
    const { entityConfiguration, displayName } = await rowOf(leaf)
    expect(displayName).toBe('A new name')
    const published = await admin.redis.client.hget('inmor:subordinates:jwt', leaf.id)
    expect(published).toBe(entityConfiguration)
    const resolved = await admin.get('/resolve', { sub: leaf.id, trust_anchor: admin.entityId })
    const { metadata } = JSON.parse(
      Buffer.from((await resolved.text()).split('.')[1] ?? '', 'base64url').toString(),
    )
    expect(metadata.openid_relying_party.client_name).toBe('A new name')
  })

  it('vouches for an announced key, so that the member may switch to it', async () => {
    const { leaf } = await registerLeaf(admin)
    const next = await generateSigningKey('ES256')
    leaf.keys.keys.push(toPublicJwk(next))
    await check(leaf)
    expect(await servedStatement(admin, leaf.id)).toMatchObject({ jwks: leaf.keys })
    leaf.key = next
    expect(await check(leaf)).toMatchObject({ result: 'STORED' })
    expect(await healthOf(leaf)).toMatchObject({ state: 'ACTIVE', problem: null })
  })

  it('observes a member that is not renewed automatically, and leaves its keys to the operator', async () => {
    const { leaf } = await registerLeaf(admin, { autorenew: false })
    const { jwks } = await rowOf(leaf)
    leaf.keys.keys.push(toPublicJwk(await generateSigningKey('ES256')))
    leaf.options.metadata = relyingPartyNamed('Later')
    await check(leaf)
    const after = await rowOf(leaf)
    expect(after).toMatchObject({ version: 1, jwks, metadata: relyingParty })
    expect(after.entityConfiguration).toBe(await admin.redis.client.hget('inmor:subordinates:jwt', leaf.id))
  })
})

describe('the state', () => {
  it.each([
    ['server error', 'UNREACHABLE', { code: 'REACHABLE', section: '9' }],
    ['not found', 'UNREACHABLE', { code: 'REACHABLE', section: '9' }],
    ['hang', 'UNREACHABLE', { code: 'REACHABLE', section: '9' }],
    ['rubbish', 'DOES_NOT_RESOLVE', { code: 'STATEMENT', section: '3.2' }],
    ['expired', 'DOES_NOT_RESOLVE', { code: 'TIMES', section: '3.2' }],
    ['wrong signature', 'DOES_NOT_RESOLVE', { code: 'SIGNATURE', section: '3.2' }],
    ['no authority hint', 'DOES_NOT_RESOLVE', { code: 'AUTHORITY_HINT', section: '3.1.2' }],
  ] as const)('of a member with the fault "%s" is %s', async (fault, state, problem) => {
    const { leaf } = await registerLeaf(admin)
    leaf.misbehave(fault)
    expect(await check(leaf)).toMatchObject({ result: 'FAILED', message: expect.stringMatching(/\w+ \w+/) })
    const found = await healthOf(leaf)
    expect(found).toMatchObject({ state, problem })
    expect(found.lastError).toBe(found.problem.message)
    const { data } = await admin.execute(
      'query ($filter: SubordinateFilter) { subordinates(filter: $filter) { edges { node { entityId } } } }',
      { filter: { state } },
    )
    expect(data.subordinates.edges).toContainEqual({ node: { entityId: leaf.id } })
    leaf.misbehave(undefined)
    await check(leaf)
    expect(await healthOf(leaf)).toEqual({ state: 'ACTIVE', problem: null, lastError: null })
  })

  it('keeps its beginning while the same member fails again', async () => {
    const { leaf } = await registerLeaf(admin)
    leaf.misbehave('server error')
    await check(leaf)
    const { since } = (await healthOf(leaf)).problem
    await check(leaf)
    expect((await healthOf(leaf)).problem.since).toBe(since)
  })

  it('tells that a member broke the policy by itself, and stores what it publishes', async () => {
    await admin.mutate(
      'updateFederationPolicy',
      { metadataPolicy: { openid_relying_party: { client_name: { one_of: ['Test Relying Party'] } } } },
      'version',
      'admin',
    )
    const { leaf } = await registerLeaf(admin)
    leaf.options.metadata = relyingPartyNamed('Forbidden')
    expect(await check(leaf)).toMatchObject({ result: 'FAILED' })
    expect(await healthOf(leaf)).toMatchObject({
      state: 'DOES_NOT_RESOLVE',
      problem: { code: 'METADATA_POLICY', section: '6.1', message: expect.stringContaining('client_name') },
    })
    const { entityConfiguration } = await rowOf(leaf)
    expect(await admin.redis.client.hget('inmor:subordinates:jwt', leaf.id)).toBe(entityConfiguration)
    expect((await admin.get('/resolve', { sub: leaf.id, trust_anchor: admin.entityId })).status).toBe(400)
    await admin.mutate('updateFederationPolicy', { metadataPolicy: {} }, 'version', 'admin')
  })
})
