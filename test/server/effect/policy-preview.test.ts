/** Tests the effect of a federation policy on subordinates, before it is saved (§6.1). */
import { expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingParty } from '#test/helpers/entity.ts'
import { register, servedStatement, startLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()

const document = `query ($policy: JSON!, $first: Int) {
  previewMetadataPolicy(policy: $policy, first: $first) {
    unchanged changed failing affected { entityId effect before after findings } } }`

const preview = (policy: unknown, first?: number) => admin.execute(document, { policy, first }, 'viewer')

it('lists unaffected, changed and excluded subordinates, and saves nothing', async () => {
  const provider = { openid_provider: { issuer: 'replaced below' } }
  const [untouched, changed, failing, inactive] = await Promise.all([
    startLeaf(admin, { metadata: provider }),
    startLeaf(admin),
    startLeaf(admin, { metadata: { openid_relying_party: { client_registration_types: ['explicit'] } } }),
    startLeaf(admin),
  ])
  provider.openid_provider.issuer = untouched.id
  for (const leaf of [untouched, changed, failing]) await register(admin, leaf)
  await register(admin, inactive, { active: false })
  const served = await servedStatement(admin, changed.id)

  const { data } = await preview({
    openid_relying_party: {
      client_registration_types: { superset_of: ['automatic'] },
      client_name: { essential: true },
      contacts: { default: ['ops@example.org'] },
    },
  })
  const result = data.previewMetadataPolicy
  expect(result).toMatchObject({ unchanged: 1, changed: 1, failing: 1 })
  expect(result.affected).toEqual([
    {
      entityId: changed.id,
      effect: 'CHANGED',
      before: relyingParty,
      after: {
        openid_relying_party: { ...relyingParty.openid_relying_party, contacts: ['ops@example.org'] },
      },
      findings: [],
    },
    {
      entityId: failing.id,
      effect: 'FAILS',
      before: { openid_relying_party: { client_registration_types: ['explicit'] } },
      after: null,
      // All of them, where a resolver stops at the first.
      findings: [expect.stringMatching(/client_registration_types/), expect.stringMatching(/client_name/)],
    },
  ])
  expect(await servedStatement(admin, changed.id)).toEqual(served)
  expect(
    (await preview({ openid_relying_party: { x: { default: 1 } } }, 1)).data.previewMetadataPolicy,
  ).toMatchObject({ unchanged: 1, changed: 2, affected: [{ entityId: changed.id }] })
})

it('reports a subordinate as excluded when the policy contradicts its own', async () => {
  const leaf = await startLeaf(admin)
  const own = { openid_relying_party: { subject_type: { value: 'pairwise' } } }
  await register(admin, leaf, { metadataPolicy: own })
  const { data } = await preview({ openid_relying_party: { subject_type: { value: 'public' } } })
  expect(data.previewMetadataPolicy.affected).toContainEqual(
    expect.objectContaining({
      entityId: leaf.id,
      effect: 'FAILS',
      after: null,
      findings: [expect.stringMatching(/subject_type/)],
    }),
  )
})

it.for<[policy: unknown]>([[[]], [{ openid_relying_party: { contacts: { add: 'no list' } } }], ['text']])(
  'refuses the policy %j with a code',
  async ([policy]) => {
    const { errors } = await preview(policy)
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'INVALID_INPUT',
      path: expect.arrayContaining(['policy']),
    })
  },
)

it('returns affected subordinates in pages, and filters them by effect', async () => {
  const leaves = await Promise.all([startLeaf(admin), startLeaf(admin), startLeaf(admin)])
  for (const leaf of leaves) await register(admin, leaf)
  const PAGE = `query ($policy: JSON!, $first: Int, $after: EntityIdentifier, $effect: PolicyEffect) {
    previewMetadataPolicy(policy: $policy, first: $first, after: $after, effect: $effect) {
      affected { entityId effect } hasMore } }`
  const policy = { openid_relying_party: { policy_uri: { default: 'https://ta.example.org/policy' } } }
  const page = async (variables: object) =>
    (await admin.execute(PAGE, { policy, ...variables }, 'viewer')).data.previewMetadataPolicy
  const rest = (await page({ first: 100 })).affected
  expect(rest.slice(-3).map(({ entityId }: { entityId: string }) => entityId)).toEqual(
    leaves.map(({ id }) => id),
  )
  const [first, second, third] = leaves
  expect(await page({ first: 1, after: first?.id })).toEqual({
    affected: [{ entityId: second?.id, effect: 'CHANGED' }],
    hasMore: true,
  })
  expect(await page({ first: 1, after: second?.id })).toMatchObject({ hasMore: false })
  const unchanged = await page({ effect: 'UNCHANGED', after: third?.id })
  expect(unchanged).toEqual({ affected: [], hasMore: false })
  const gone = await admin.execute(PAGE, { policy, after: 'https://nobody.example.org' }, 'viewer')
  expect(gone.errors?.[0]).toMatchObject({ message: expect.stringContaining('no longer registered') })
})
