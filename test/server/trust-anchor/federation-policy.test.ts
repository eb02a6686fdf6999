/** Tests the metadata policy of the federation, from the mutation to the endpoints (§6.1). */
import { describe, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { register, registerLeaf, servedStatement, startLeaf } from '#test/helpers/subordinate.ts'
import { fileOf, planOf } from '#test/server/as-code/configured.ts'

const admin = adminInFile()

const ANCHOR = 'version organizationName organization authorityHints statementHours metadataPolicy'
const setPolicy = (metadataPolicy: unknown, input: object = {}) =>
  admin.mutate('updateFederationPolicy', { metadataPolicy, ...input }, ANCHOR, 'admin')
/** Members are evaluated in the background after each change. */
const present = async () => ({ ...(await admin.server.services.trustAnchor.settings()), evaluatedVersion: 0 })

describe('updateFederationPolicy', () => {
  it('signs every statement again, merged with the policy of the subordinate', {
    tags: 'mutation/updateFederationPolicy/success',
  }, async () => {
    const [leaf, own] = [await startLeaf(admin), await startLeaf(admin)]
    await register(admin, leaf)
    const ownPolicy = { openid_relying_party: { contacts: { add: ['b@example.org'] } } }
    await register(admin, own, { metadataPolicy: ownPolicy })
    const metadataPolicy = { openid_relying_party: { contacts: { add: ['a@example.org'] } } }
    expect(await setPolicy(metadataPolicy)).toMatchObject({ metadataPolicy })
    expect(await servedStatement(admin, leaf.id)).toMatchObject({ metadata_policy: metadataPolicy })
    expect(await servedStatement(admin, own.id)).toMatchObject({
      metadata_policy: { openid_relying_party: { contacts: { add: ['a@example.org', 'b@example.org'] } } },
    })
    await setPolicy(null)
    expect(await servedStatement(admin, leaf.id)).not.toHaveProperty('metadata_policy')
    expect(await servedStatement(admin, own.id)).toMatchObject({ metadata_policy: ownPolicy })
  })

  it('keeps the policy without a new one', async () => {
    const metadataPolicy = { openid_relying_party: { contacts: { add: ['a@example.org'] } } }
    await setPolicy(metadataPolicy)
    const kept = await admin.mutate('updateFederationPolicy', {}, 'metadataPolicy', 'admin')
    expect(kept).toMatchObject({ metadataPolicy })
    await setPolicy(null)
  })

  it('refuses a policy that contradicts that of a subordinate, by name', {
    tags: 'mutation/updateFederationPolicy/InvalidInputError',
  }, async () => {
    const leaf = await startLeaf(admin)
    await register(admin, leaf, {
      metadataPolicy: { openid_relying_party: { subject_type: { value: 'pairwise' } } },
    })
    const served = await (await admin.get('/fetch', { sub: leaf.id })).text()
    expect(await setPolicy({ openid_relying_party: { subject_type: { value: 'public' } } })).toMatchObject({
      __typename: 'InvalidInputError',
      code: 'INVALID_INPUT',
      path: ['input', 'metadataPolicy'],
      message: expect.stringContaining(leaf.id),
    })
    expect(await (await admin.get('/fetch', { sub: leaf.id })).text()).toBe(served)
  })

  it('accepts only one of two contradicting policies written simultaneously', async () => {
    const { id } = await registerLeaf(admin)
    const policy = (value: string) => ({ openid_relying_party: { application_type: { value } } })
    const results = await Promise.all([
      admin.mutate('updateSubordinate', { id, metadataPolicy: policy('native') }, 'id'),
      setPolicy(policy('web')),
    ])
    const refused = results.filter(({ __typename }) => __typename === 'InvalidInputError')
    expect(refused).toMatchObject([{ path: expect.arrayContaining(['input', 'metadataPolicy']) }])
    const waiting = () => admin.server.db.outboxEntry.count()
    await expect.poll(waiting).toBe(0) // a mutation does not wait for a slow publication
    await setPolicy(null)
  })

  it.for<[title: string, policy: unknown]>([
    ['an unknown Entity Type shape', { openid_relying_party: [] }],
    ['an operator with a wrong value', { openid_relying_party: { contacts: { subset_of: 'x' } } }],
    ['operators that exclude each other', { openid_relying_party: { a: { value: 1, one_of: [2] } } }],
  ])('refuses %s', async ([, policy]) => {
    const before = await present()
    expect(await setPolicy(policy)).toMatchObject({
      __typename: 'InvalidInputError',
      path: expect.arrayContaining(['input', 'metadataPolicy']),
    })
    expect(await present()).toEqual(before)
  })

  it('refuses an operator that does not exist, with its place and a near name, in every way in', async () => {
    const { leaf, id } = await registerLeaf(admin)
    const policy = { openid_relying_party: { contacts: { subsetof: ['a'] } } }
    const place = ['metadataPolicy', 'openid_relying_party', 'contacts', 'subsetof']
    const refused = {
      __typename: 'InvalidInputError',
      path: ['input', ...place],
      message:
        'metadataPolicy.openid_relying_party.contacts: subsetof is not an operator of a metadata policy (§6.1.3.1). Use subset_of.',
    }
    expect(await setPolicy(policy)).toMatchObject(refused)
    const member = { id, metadataPolicy: policy }
    expect(await admin.mutate('updateSubordinate', member, 'id')).toMatchObject(refused)
    const other = { entityId: (await startLeaf(admin)).id, metadataPolicy: policy }
    expect(await admin.mutate('registerSubordinate', other, 'id')).toMatchObject(refused)

    const preview = 'query ($policy: JSON!) { previewMetadataPolicy(policy: $policy) { failing } }'
    expect(await admin.execute(preview, { policy })).toMatchObject({
      errors: [{ message: expect.stringContaining('Use subset_of.') }],
    })
    const file = fileOf({
      metadataPolicy: policy,
      members: [{ entityId: leaf.id, metadataPolicy: structuredClone(policy) }],
    })
    const lines = file.split('\n')
    const found = lines.flatMap((line, at) => (line.includes('subsetof') ? [at + 1] : []))
    const { faults } = await planOf(admin, file)
    expect(faults).toMatchObject(
      found.map((line) => ({ line, message: expect.stringContaining('Use subset_of.') })),
    )
    expect(faults).toHaveLength(2)

    // An earlier release stored it.
    await admin.server.db.settings.update({ where: { id: 1 }, data: { metadataPolicy: policy } })
    await setPolicy({})
    const { id: entry } = await admin.server.db.auditEvent.findFirstOrThrow({
      where: { action: 'updateFederationPolicy', outcome: 'SUCCEEDED' },
      orderBy: { id: 'desc' },
    })
    const earlier = { auditEventId: btoa(`AuditEvent:${entry}`), side: 'BEFORE' }
    expect(await admin.mutate('restoreVersion', earlier, 'trustAnchor { version }', 'admin')).toMatchObject({
      __typename: 'InvalidInputError',
      message: refused.message,
    })
    expect(await present()).toMatchObject({ metadataPolicy: {} })
  })

  it('refuses a change of an outdated version', {
    tags: ['mutation/updateTrustAnchor/ConflictError', 'mutation/updateFederationPolicy/ConflictError'],
  }, async () => {
    const { version } = await present()
    await setPolicy({}, { version })
    expect(await setPolicy({ openid_provider: {} }, { version })).toMatchObject({
      __typename: 'ConflictError',
    })
  })
})
