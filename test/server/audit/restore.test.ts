/** Tests the restoration of earlier versions from the audit log, as new ordinary changes. */
import { expect, it } from 'vitest'
import type { Role } from '#server/identity/roles.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { register, registerLeaf, servedStatement, startLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()

const policyOf = (scopes: string[]) => ({ openid_relying_party: { scope: { subset_of: scopes } } })
const setPolicy = (metadataPolicy: object) =>
  admin.mutate('updateFederationPolicy', { metadataPolicy }, 'version', 'admin')

const PAYLOAD = 'trustAnchor { version metadataPolicy statementHours } subordinate { version validFor }'
const restore = (auditEventId: string, input: object = {}, as: Role = 'admin') =>
  admin.mutate('restoreVersion', { auditEventId, ...input }, PAYLOAD, as)

/** The latest entry of an action. */
async function latest(action: string) {
  const entry = await admin.server.db.auditEvent.findFirstOrThrow({
    where: { action, outcome: 'SUCCEEDED' },
    orderBy: { id: 'desc' },
  })
  return { ...entry, globalId: btoa(`AuditEvent:${entry.id}`) }
}

async function preview(id: string, side: 'BEFORE' | 'AFTER') {
  const document = `query ($id: ID!) { auditEvent(id: $id) { isRestorable
    restoration(side: ${side}) { version differences { path before after } } } }`
  return (await admin.execute(document, { id })).data.auditEvent
}

it('restores a policy, which every statement then carries, as a new change with its reason', {
  tags: ['mutation/restoreVersion/success', 'mutation/restoreVersion/audit'],
}, async () => {
  const { leaf } = await registerLeaf(admin)
  await setPolicy(policyOf(['openid']))
  const first = await latest('updateFederationPolicy')
  await setPolicy(policyOf(['openid', 'email']))
  const { isRestorable, restoration } = await preview(first.globalId, 'AFTER')
  expect(isRestorable).toBe(true)
  expect(restoration.differences).toEqual([
    {
      path: 'metadataPolicy.openid_relying_party.scope.subset_of',
      before: ['openid', 'email'],
      after: ['openid'],
    },
  ])
  const { version } = restoration
  expect(await restore(first.globalId, { version, reason: 'Logins failed.' })).toMatchObject({
    trustAnchor: { metadataPolicy: policyOf(['openid']), version: version + 1 },
    subordinate: null,
  })
  const served = () => servedStatement(admin, leaf.id)
  await expect.poll(served).toMatchObject({ metadata_policy: policyOf(['openid']) })
  expect(await latest('updateFederationPolicy')).toMatchObject({
    actor: 'admin',
    reason: `Restored as after audit entry ${first.id} of ${first.at.toISOString()}. Logins failed.`,
    before: { metadataPolicy: policyOf(['openid', 'email']) },
    after: { metadataPolicy: policyOf(['openid']) },
  })
  await restore(first.globalId, { side: 'BEFORE' })
  await expect.poll(served).not.toHaveProperty('metadata_policy')
})

it('restores settings without the policy', async () => {
  await admin.mutate(
    'updateTrustAnchor',
    { organizationName: 'Before', statementHours: 90 },
    'version',
    'admin',
  )
  await admin.mutate('updateTrustAnchor', { organizationName: 'After' }, 'version', 'admin')
  const entry = await latest('updateTrustAnchor')
  await setPolicy(policyOf(['openid']))
  await restore(entry.globalId, { side: 'BEFORE' })
  const { data } = await admin.execute('{ trustAnchor { organizationName statementHours metadataPolicy } }')
  expect(data.trustAnchor).toEqual({
    organizationName: 'Before',
    statementHours: 90,
    metadataPolicy: policyOf(['openid']),
  })
  expect(await latest('updateTrustAnchor')).toMatchObject({
    reason: expect.stringMatching(/^Restored as before/),
  })
})

it('restores the settings and the recorded metadata of a subordinate', async () => {
  const leaf = await startLeaf(admin)
  const metadata = { openid_relying_party: { client_name: 'Recorded' } }
  const { id } = await register(admin, leaf, { validFor: 12, metadata })
  const registered = await latest('registerSubordinate')
  await admin.mutate('updateSubordinate', { id, validFor: 24, metadata: null }, 'id')
  const { restoration } = await preview(registered.globalId, 'AFTER')
  const paths = restoration.differences.map(({ path }: { path: string }) => path)
  expect(paths).toEqual(['validFor', 'metadata'])
  expect(await restore(registered.globalId, {}, 'operator')).toMatchObject({ subordinate: { validFor: 12 } })
  expect(await admin.server.db.subordinate.findUnique({ where: { entityId: leaf.id } })).toMatchObject({
    metadata,
    metadataFollowsEntity: false,
  })
  const changed = await latest('updateSubordinate')
  expect(changed).toMatchObject({ resource: leaf.id, reason: expect.stringContaining(`${registered.id}`) })
  await admin.mutate('removeSubordinate', { id }, '')
  expect((await preview(registered.globalId, 'AFTER')).restoration).toBeNull()
})

it('refuses a version that a third party would refuse', {
  tags: 'mutation/restoreVersion/EntityRejectedError',
}, async () => {
  const { leaf, id } = await registerLeaf(admin, { constraints: { max_path_length: 1 } })
  const registered = await latest('registerSubordinate')
  await admin.mutate('updateSubordinate', { id, constraints: null }, 'id')
  leaf.misbehave('no authority hint')
  expect(await restore(registered.globalId)).toMatchObject({ __typename: 'EntityRejectedError' })
})

it('refuses to overwrite a change that the caller has not seen', {
  tags: 'mutation/restoreVersion/ConflictError',
}, async () => {
  await setPolicy(policyOf(['profile']))
  const { globalId } = await latest('updateFederationPolicy')
  const { restoration } = await preview(globalId, 'BEFORE')
  await setPolicy(policyOf(['phone']))
  expect(await restore(globalId, { side: 'BEFORE', version: restoration.version })).toMatchObject({
    __typename: 'ConflictError',
    path: ['input', 'version'],
  })
})

it('refuses the present version, and an entry without a version', {
  tags: 'mutation/restoreVersion/InvalidInputError',
}, async () => {
  const { globalId } = await latest('updateFederationPolicy')
  const path = ['input', 'auditEventId']
  expect(await restore(globalId)).toMatchObject({ __typename: 'InvalidInputError', path })
  await admin.mutate('createTrustMarkType', { type: 'https://ta.example.org/marks/x' }, 'id')
  const other = await latest('createTrustMarkType')
  expect(await preview(other.globalId, 'AFTER')).toEqual({ isRestorable: false, restoration: null })
  expect(await restore(other.globalId)).toMatchObject({ __typename: 'InvalidInputError', path })
})

it('finds no unknown entry', { tags: 'mutation/restoreVersion/NotFoundError' }, async () => {
  for (const id of [btoa('AuditEvent:2147483647'), btoa('User:1'), 'rubbish'])
    expect(await restore(id)).toMatchObject({ __typename: 'NotFoundError', path: ['input', 'auditEventId'] })
})

it('takes the right of the change: operators restore no policy, viewers nothing', async () => {
  const policy = await latest('updateFederationPolicy')
  await expect(restore(policy.globalId, { side: 'BEFORE' }, 'operator')).rejects.toThrow('does not allow')
  const subordinate = await latest('updateSubordinate')
  await expect(restore(subordinate.globalId, { side: 'BEFORE' }, 'viewer')).rejects.toThrow('does not allow')
})
