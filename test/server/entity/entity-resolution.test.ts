/** Tests the trust check of an entity as a third party performs it, statement by statement (§10). */
import { expect, it, onTestFinished } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { anchor, below } from '#test/helpers/federation.ts'
import { inTest } from '#test/helpers/in-file.ts'
import { register, startLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()

const document = `query ($entityId: EntityIdentifier!, $trustAnchor: EntityIdentifier) {
  resolveEntity(entityId: $entityId, trustAnchor: $trustAnchor) {
    resolved metadata trustAnchor
    failures { entityId superior reason advice }
    chains { checks { statement name status message } path valid reason failedStatement metadata findings
      statements { claims }
      policy { parameter operator setBy value before after error } } } }`

const ask = (entityId: string, trustAnchor?: string) =>
  admin.execute(document, { entityId, trustAnchor }, 'viewer')
const resolve = async (entityId: string, trustAnchor?: string) =>
  (await ask(entityId, trustAnchor)).data.resolveEntity

it('follows the chain through an Intermediate and explains each step of the policy', async () => {
  const federation = await below(admin.entityId)
    .intermediate()
    .leaf({
      statement: { metadata_policy: { openid_relying_party: { contacts: { add: ['im@example.org'] } } } },
    })
    .start()
  onTestFinished(federation.close)
  const { top, leaf } = federation
  await register(admin, top, {
    metadataPolicy: { openid_relying_party: { contacts: { add: ['ta@example.org'] } } },
  })
  const result = await resolve(leaf.id)
  expect(result).toMatchObject({ resolved: true, trustAnchor: admin.entityId, failures: [] })
  expect(result.metadata.openid_relying_party.contacts).toEqual(['ta@example.org', 'im@example.org'])
  const [chain] = result.chains
  expect(chain).toMatchObject({
    path: [leaf.id, top.id, admin.entityId],
    valid: true,
    reason: null,
    failedStatement: null,
    findings: [],
  })
  const issuers = chain.statements.map(({ claims }: { claims: object }) => claims)
  expect(issuers).toMatchObject([
    { iss: leaf.id, sub: leaf.id },
    { iss: top.id, sub: leaf.id },
    { iss: admin.entityId, sub: top.id },
    { iss: admin.entityId, sub: admin.entityId },
  ])
  const named = chain.checks.map(({ statement, name }: Record<string, unknown>) => `${statement} ${name}`)
  expect(named).toEqual([
    '0 SUBJECT',
    '0 TIMES',
    '0 SIGNATURE',
    '1 SUBJECT',
    '1 AUTHORITY_HINT',
    '1 TIMES',
    '1 SIGNATURE',
    '1 METADATA_POLICY',
    '2 SUBJECT',
    '2 TIMES',
    '2 SIGNATURE',
    '2 METADATA_POLICY',
    '3 SUBJECT',
    '3 TIMES',
    '3 SIGNATURE',
  ])
  expect(new Set(chain.checks.map(({ status }: { status: string }) => status))).toEqual(new Set(['PASSED']))
  expect(chain.policy).toEqual([
    {
      parameter: 'contacts',
      operator: 'add',
      setBy: [admin.entityId, top.id],
      value: ['ta@example.org', 'im@example.org'],
      before: null,
      after: ['ta@example.org', 'im@example.org'],
      error: null,
    },
  ])
})

it('explains why metadata does not satisfy the policy, with every finding', async () => {
  const federation = await below(admin.entityId)
    .intermediate()
    .leaf({
      statement: {
        metadata_policy: {
          openid_relying_party: { contacts: { essential: true }, client_name: { one_of: ['Other'] } },
        },
      },
    })
    .start()
  onTestFinished(federation.close)
  await register(admin, federation.top)
  const { resolved, metadata, chains } = await resolve(federation.leaf.id)
  expect({ resolved, metadata }).toEqual({ resolved: false, metadata: null })
  expect(chains).toHaveLength(1)
  expect(chains[0]).toMatchObject({ valid: false, metadata: null, reason: expect.any(String) })
  expect(chains[0].findings.sort()).toEqual([
    expect.stringContaining('client_name'),
    expect.stringContaining('contacts'),
  ])
})

it('names the invalid statement', async () => {
  const permitted = { constraints: { naming_constraints: { permitted: ['.example.org'] } } }
  const federation = await inTest(below(admin.entityId).intermediate().leaf({ statement: permitted }).start())
  await register(admin, federation.top)
  const { resolved, chains } = await resolve(federation.leaf.id)
  expect(resolved).toBe(false)
  expect(chains).toMatchObject([
    { valid: false, failedStatement: 1, reason: expect.stringMatching(/outside the names/) },
  ])
  const failed = chains[0].checks.filter(({ status }: { status: string }) => status === 'FAILED')
  expect(failed).toEqual([
    {
      statement: 1,
      name: 'CONSTRAINTS',
      status: 'FAILED',
      message: expect.stringMatching(/is outside .* The entity needs a host name/),
    },
  ])
})

it('reports where a branch ends: a statement has expired', async () => {
  const statement = { iat: 1_000_000_000, exp: 1_000_003_600 }
  const federation = await inTest(below(admin.entityId).intermediate().leaf({ statement }).start())
  const { top, leaf } = federation
  await register(admin, top)
  expect(await resolve(leaf.id)).toMatchObject({
    resolved: false,
    chains: [],
    failures: [
      {
        entityId: leaf.id,
        superior: top.id,
        reason: expect.stringMatching(/expired/),
        advice: expect.stringContaining('publish a new one'),
      },
    ],
  })
})

it('reports where a branch ends: the entity is unknown', async () => {
  const leaf = await startLeaf(admin)
  const { resolved, chains, failures } = await resolve(leaf.id)
  expect({ resolved, chains }).toEqual({ resolved: false, chains: [] })
  expect(failures).toEqual([
    {
      entityId: leaf.id,
      superior: admin.entityId,
      reason: expect.stringContaining(leaf.id),
      advice: expect.stringContaining('Register or publish the entity there'),
    },
  ])
})

it('resolves to a foreign Trust Anchor once its keys are pinned', async () => {
  const foreign = await inTest(anchor().leaf().start())
  const { top, leaf } = foreign
  const { errors } = await ask(leaf.id, top.id)
  expect(errors?.[0]?.extensions?.code).toBe('INVALID_INPUT')
  expect(errors?.[0]?.message).toContain(top.id)
  await admin.mutate('updateTrustAnchor', { trustAnchors: { [top.id]: top.keys } }, 'version', 'admin')
  const result = await resolve(leaf.id, top.id)
  expect(result).toMatchObject({ resolved: true, trustAnchor: top.id })
  expect(result.chains[0].path).toEqual([leaf.id, top.id])
  await admin.mutate('updateTrustAnchor', { trustAnchors: { [top.id]: leaf.keys } }, 'version', 'admin')
  expect(await resolve(leaf.id, top.id)).toMatchObject({
    resolved: false,
    chains: [
      {
        valid: false,
        reason: expect.any(String),
        checks: expect.arrayContaining([
          expect.objectContaining({ statement: 2, name: 'SIGNATURE', status: 'FAILED' }),
        ]),
      },
    ],
  })
})
