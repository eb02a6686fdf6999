/** Tests the evaluation of all subordinates after a change of the federation's policy or constraints. */
import { expect, it, vi } from 'vitest'
import { jobCaller } from '#server/identity/caller.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingPartyNamed } from '#test/helpers/entity.ts'
import { readMetrics } from '#test/helpers/metrics.ts'
import { patience } from '#test/helpers/patience.ts'
import { register, registerLeaf, startLeaf } from '#test/helpers/subordinate.ts'
import { subscribe } from '#test/helpers/subscription.ts'

const admin = adminInFile({}, { metricsPort: 0 })

const policyFor = (client_name: string) => ({
  openid_relying_party: { client_name: { one_of: [client_name] } },
})
const setPolicy = (metadataPolicy: object) =>
  admin.mutate('updateFederationPolicy', { metadataPolicy }, 'version', 'admin')

async function statesOf(entityIds: readonly string[]) {
  const document = `query ($entityId: EntityIdentifier!) {
    subordinate(entityId: $entityId) { state problem { code section message } } }`
  const answers = await Promise.all(entityIds.map((entityId) => admin.execute(document, { entityId })))
  return answers.map(({ data }) => data.subordinate)
}

const soon = (assertion: () => Promise<void>) => vi.waitFor(assertion, patience)

/** Starts an evaluation when that after the last change has ended. */
const evaluate = () =>
  soon(async () => {
    const { data } = await admin.execute(
      'mutation { startEvaluation { __typename ... on StartEvaluationSuccess { run { kind } } } }',
    )
    expect(data.startEvaluation.run).toEqual({ kind: 'EVALUATION' })
  })

it('tells within a minute which members a change breaks, and that it was taken back, without a fetch', async () => {
  const [kept, broken] = [await startLeaf(admin), await startLeaf(admin)]
  broken.options.metadata = relyingPartyNamed('Another name')
  for (const leaf of [kept, broken]) await register(admin, leaf)
  const fetches = [kept, broken].map(({ requests }) => requests.length)
  const document = 'subscription { subordinateChanged { entityId subordinate { state } } }'
  const { results } = await subscribe(admin.adminUrl, admin.keys.viewer, document)

  await setPolicy(policyFor('Test Relying Party'))
  await soon(async () =>
    expect(await statesOf([kept.id, broken.id])).toEqual([
      { state: 'ACTIVE', problem: null },
      {
        state: 'DOES_NOT_RESOLVE',
        problem: { code: 'METADATA_POLICY', section: '6.1', message: expect.stringContaining('client_name') },
      },
    ]),
  )
  const subordinate = { state: 'DOES_NOT_RESOLVE' }
  const event = { data: { subordinateChanged: { entityId: broken.id, subordinate } } }
  await soon(async () => expect(results).toContainEqual(event))
  const { values } = await readMetrics(admin.server.metricsUrl)
  expect(values('inmor_subordinates', { state: 'does_not_resolve' })).toEqual([1])
  expect(values('inmor_subordinates', { state: 'active' })).toEqual([1])

  await setPolicy({})
  await soon(async () => expect(await statesOf([broken.id])).toEqual([{ state: 'ACTIVE', problem: null }]))
  expect([kept, broken].map(({ requests }) => requests.length)).toEqual(fetches)
})

it('evaluates constraints too, deactivated members included, and names the failures in its run', async () => {
  const [leaf, inactive] = [await startLeaf(admin), await startLeaf(admin)]
  await register(admin, leaf)
  const { id } = await register(admin, inactive, { active: false })
  const constraints = { naming_constraints: { permitted: ['.example.org'] } }
  await admin.mutate('updateTrustAnchor', { constraints }, 'version', 'admin')
  await soon(async () => expect(await statesOf([leaf.id])).toMatchObject([{ state: 'DOES_NOT_RESOLVE' }]))
  await soon(async () => {
    const { data } = await admin.execute(`{ runs(filter: { kind: EVALUATION }, first: 1) {
      edges { node { state startedBy { username } items(failed: true, first: 10) { edges { node { resource message } } } } } } }`)
    const [{ node }] = data.runs.edges
    expect(node).toMatchObject({ state: 'SUCCEEDED', startedBy: { username: 'job:evaluate-subordinates' } })
    const failed = node.items.edges.map((edge: { node: { resource: string } }) => edge.node.resource)
    expect(failed).toContain(leaf.id)
    expect(failed).not.toContain(inactive.id)
  })
  expect(await statesOf([inactive.id])).toMatchObject([{ state: 'INACTIVE', problem: null }])
  await admin.mutate('reactivateSubordinate', { id }, 'id')
  expect(await statesOf([inactive.id])).toMatchObject([{ state: 'DOES_NOT_RESOLVE' }])
  await admin.mutate('updateTrustAnchor', { constraints: {} }, 'version', 'admin')
})

it('names the issuer as the cause, and no policy, at a look and in an evaluation', async () => {
  const { leaf } = await registerLeaf(admin)
  const where = { entityId: leaf.id }
  const { db, services } = admin.server
  const rowOf = () => db.subordinate.findUniqueOrThrow({ where })
  const look = async () => services.subordinates.check(jobCaller('check'), await rowOf(), null)
  const other = 'https://other.example'
  leaf.options.metadata = { openid_provider: { issuer: other } }
  await look()
  const problem = { code: 'ISSUER', section: '5.1.3', message: expect.stringContaining(other) }
  const expected = [{ state: 'DOES_NOT_RESOLVE', problem }]
  expect(await statesOf([leaf.id])).toMatchObject(expected)
  // As an earlier version stored it.
  await db.subordinate.update({
    where,
    data: { unresolvableCode: 'METADATA_POLICY', unresolvableReason: 'x' },
  })
  await evaluate()
  await soon(async () => expect(await rowOf()).toMatchObject({ unresolvableCode: 'ISSUER' }))
  expect(await statesOf([leaf.id])).toMatchObject(expected)

  // A policy that sets another issuer is the cause itself.
  leaf.options.metadata = { openid_provider: { issuer: leaf.id } }
  await look()
  await setPolicy({ openid_provider: { issuer: { value: other } } })
  await soon(async () => expect(await rowOf()).toMatchObject({ unresolvableCode: 'METADATA_POLICY' }))
  await setPolicy({})
})

it('evaluates on request', { tags: 'mutation/startEvaluation/success' }, evaluate)

it('evaluates again when the settings changed during an evaluation', async () => {
  const { db } = admin.server
  await setPolicy(policyFor('One'))
  await setPolicy(policyFor('Two'))
  await soon(async () => {
    const { statementVersion, evaluatedVersion } = await db.settings.findUniqueOrThrow({ where: { id: 1 } })
    expect(evaluatedVersion).toBe(statementVersion)
  })
  await setPolicy({})
})
