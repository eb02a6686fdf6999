/** Tests that what configuration files describe changes in the files alone, and that it can always be withdrawn. */
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingPartyNamed } from '#test/helpers/entity.ts'
import { signInAsMember } from '#test/helpers/member.ts'
import { startRun } from '#test/helpers/run.ts'
import { memberInFile, servedStatement, startLeaf } from '#test/helpers/subordinate.ts'
import { planOf as planOfSource } from '../plan/planned.ts'
import { apply, exported, fileOf, planOf } from './configured.ts'

const admin = adminInFile()
const leaf = memberInFile(admin)
const TYPE = 'https://ta.example.org/marks/member'
const SUCCEEDED = { state: 'SUCCEEDED' }

const idOf = async (entityId: string) =>
  btoa(`Subordinate:${(await admin.server.db.subordinate.findUniqueOrThrow({ where: { entityId } })).id}`)
const change = async (input: object) =>
  admin.mutate(
    'updateSubordinate',
    { id: await idOf(leaf.id), ...input },
    'note describedIn { file set commit fields withdrawnBy }',
  )

const planOfSelection = (action: string, others: object = {}) =>
  planOfSource(admin, { selection: { action, subordinates: { entityIds: [leaf.id] }, ...others } })

describe('a member of a file', () => {
  const file = (fields: object, beside: object = {}) =>
    fileOf({ set: 'edu', members: [{ entityId: leaf.id, ...fields }], ...beside })

  it('says so, and a field that the file has is not changed outside of it', {
    tags: 'mutation/updateSubordinate/ConflictError',
  }, async () => {
    expect(
      await apply(admin, file({ note: 'From the file', tags: ['a'] }), { commit: 'c0ffee' }),
    ).toMatchObject(SUCCEEDED)
    const described = { file: '1.yaml', set: 'edu', commit: 'c0ffee', fields: ['entityId', 'note', 'tags'] }
    expect(await change({ validFor: 48 })).toMatchObject({ describedIn: described })
    const refused = await change({ note: 'Another', validFor: 24 })
    expect(refused).toMatchObject({
      code: 'CONFLICT',
      message: `The file 1.yaml says this of ${leaf.id}: note. Change it there.`,
    })
    const { data } = await admin.execute(
      `mutation ($input: UpdateSubordinateInput!) { updateSubordinate(input: $input) { ... on ConflictError { configuration } } }`,
      { input: { id: await idOf(leaf.id), note: 'Another', tags: ['b'] } },
    )
    expect(data.updateSubordinate.configuration).toBe(
      `members:\n- entityId: ${leaf.id}\n  note: Another\n  tags:\n  - b\n`,
    )
    expect(await planOf(admin, file({ note: 'From the file', tags: ['a'] }))).toMatchObject({
      steps: [],
      faults: [],
    })
  })

  it('is left alone by the plan of a selection, which says so', async () => {
    await apply(admin, file({ validFor: 48 }))
    const removal = await planOfSelection('REMOVE')
    const sentence = `The file 1.yaml describes ${leaf.id}. Remove it there. To stop it at once, deactivate it.`
    expect(removal).toMatchObject({ steps: [], warnings: [{ message: `${leaf.id}: ${sentence}` }] })
    const change = await planOfSelection('UPDATE', { changes: { validFor: 24 } })
    const said = `The file 1.yaml says this of ${leaf.id}: validFor. Change it there.`
    expect(change).toMatchObject({ steps: [], warnings: [{ message: `${leaf.id}: ${said}` }] })
    expect(await planOfSelection('DEACTIVATE')).toMatchObject({ warnings: [], operations: ['MEMBERS'] })
  })

  it('is not removed outside of the file', { tags: 'mutation/removeSubordinate/ConflictError' }, async () => {
    await apply(admin, file({ note: 'From the file' }))
    const refused = await admin.mutate('removeSubordinate', { id: await idOf(leaf.id) }, '')
    expect(refused).toMatchObject({
      code: 'CONFLICT',
      message: `The file 1.yaml describes ${leaf.id}. Remove it there. To stop it at once, deactivate it.`,
    })
  })

  it('can be deactivated at once, and no application activates it again', async () => {
    await apply(admin, file({ active: true }))
    const id = await idOf(leaf.id)
    expect(await admin.mutate('deactivateSubordinate', { id }, 'active')).toMatchObject({ active: false })
    await expect.poll(() => servedStatement(admin, leaf.id)).toBe(404)
    // It is left alone, and the rest applies.
    const both = file({ active: true, note: 'Not applied' }, { organizations: [{ name: 'Beside it' }] })
    const plan = await planOf(admin, both)
    expect(plan).toMatchObject({
      faults: [],
      steps: [{ section: 'organizations' }],
      warnings: [
        {
          line: expect.any(Number),
          message: expect.stringMatching(
            /^operator withdrew this member outside of the files, at 20.*Z\. It stays as it is\. Say so here, or reactivate it there\.$/,
          ),
        },
      ],
    })
    expect(plan.text).toMatch(/^Warning: 1\.yaml:\d+:\d+: operator withdrew this member/m)
    expect(plan.markdown).toContain('**Left alone:**')
    expect(await apply(admin, both)).toMatchObject(SUCCEEDED)
    expect(await servedStatement(admin, leaf.id)).toBe(404)
    expect(await planOf(admin, both)).toMatchObject({ steps: [], warnings: plan.warnings })
    expect(
      await admin.mutate('reactivateSubordinate', { id }, 'active describedIn { withdrawnBy }'),
    ).toMatchObject({
      active: true,
      describedIn: { withdrawnBy: null },
    })
    expect(await planOf(admin, file({ active: true }))).toMatchObject({ steps: [], faults: [] })
  })

  it('is not reactivated outside of a file that says it is inactive', {
    tags: 'mutation/reactivateSubordinate/ConflictError',
  }, async () => {
    await apply(admin, file({ active: true }))
    const id = await idOf(leaf.id)
    await admin.mutate('deactivateSubordinate', { id }, 'active')
    await apply(admin, file({ active: false }))
    expect(await admin.mutate('reactivateSubordinate', { id }, 'active')).toMatchObject({
      code: 'CONFLICT',
      message: `The file 1.yaml says this of ${leaf.id}: active. Change it there.`,
    })
    // The file said so since, and may say otherwise now.
    expect(await planOf(admin, file({ active: true }))).toMatchObject({
      faults: [],
      steps: [{ verb: 'CHANGE' }],
    })
    expect(await apply(admin, file({ active: true }))).toMatchObject(SUCCEEDED)
  })

  it('changes outside of the files again when its set describes it no longer', async () => {
    await apply(admin, file({ note: 'From the file' }))
    await apply(admin, fileOf({ set: 'edu' }))
    expect(await change({ note: 'Free' })).toMatchObject({ note: 'Free', describedIn: null })
  })

  it('keeps its metadata, unless the entity changes it', async () => {
    await apply(admin, file({ metadata: null }))
    expect(await change({ metadata: { federation_entity: { organization_name: 'Fixed' } } })).toMatchObject({
      message: expect.stringContaining(': metadata.'),
    })
    leaf.options.metadata = relyingPartyNamed('Renamed')
    const id = await idOf(leaf.id)
    expect(await admin.mutate('renewSubordinate', { id }, 'displayName')).toMatchObject({
      displayName: 'Renamed',
    })
    expect(await planOf(admin, file({ metadata: null }))).toMatchObject({ steps: [], faults: [] })
  })

  it('is renewed by the schedule', async () => {
    await apply(admin, file({ note: 'From the file' }))
    await startRun(admin, 'startRenewal(input: { kind: SUBORDINATES })')
    await expect.poll(() => admin.server.db.run.count({ where: { state: 'RUNNING' } })).toBe(0)
    expect(await planOf(admin, file({ note: 'From the file' }))).toMatchObject({ steps: [], faults: [] })
  })
})

it('a request of a member is not approved against a file, which shows what the file would say', async () => {
  const organizations = [{ name: 'Lund' }]
  const members = [{ entityId: leaf.id, organization: 'Lund', metadata: null }]
  await apply(admin, fileOf({ set: 'edu', organizations, members }))
  const { id: organizationId } = await admin.server.db.organization.findFirstOrThrow({
    where: { name: 'Lund' },
  })
  const person = await signInAsMember(admin, {
    organizationId: btoa(`Organization:${organizationId}`),
    email: 'anna@lu.example',
  })
  const metadata = { federation_entity: { organization_name: 'Lund University' } }
  const asked = {
    organizationId: btoa(`Organization:${organizationId}`),
    kind: 'CHANGE',
    entityId: leaf.id,
    changes: { metadata },
  }
  const { id } = await person.mutate('submitRequest', asked, 'id')
  const { data, errors } = await admin.execute(
    `mutation ($id: ID!) { approveRequest(input: { id: $id }) { __typename ... on ConflictError { message configuration } } }`,
    { id },
  )
  expect(errors).toBeUndefined()
  expect(data.approveRequest).toMatchObject({
    message: `The file 1.yaml says this of ${leaf.id}: metadata. Change it there.`,
    configuration: expect.stringContaining('organization_name: Lund University\n'),
  })
})

it('an awaited member of a file is awaited until the file says otherwise', {
  tags: 'mutation/stopAwaitingEntity/ConflictError',
}, async () => {
  const candidate = await startLeaf(admin, { authorityHints: [] })
  const file = fileOf({ set: 'awaited', awaitedMembers: [{ entityId: candidate.id }] })
  expect(await apply(admin, file)).toMatchObject(SUCCEEDED)
  const refused = await admin.mutate('stopAwaitingEntity', { entityId: candidate.id }, '')
  expect(refused).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('Remove it there.') })
})

it('a mark of a file can be revoked, and a type of a file deactivated', async () => {
  const trustMarkTypes = [{ type: TYPE, active: true }]
  const trustMarks = [{ trustMarkType: TYPE, entityId: leaf.id, active: true }]
  const file = fileOf({ set: 'marks', trustMarkTypes, trustMarks })
  expect(await apply(admin, file)).toMatchObject(SUCCEEDED)
  const { id } = await admin.server.db.trustMark.findFirstOrThrow()
  const mark = btoa(`TrustMark:${id}`)
  const revoked = await admin.mutate('revokeTrustMark', { id: mark }, 'active describedIn { withdrawnBy }')
  expect(revoked).toMatchObject({ active: false, describedIn: { withdrawnBy: 'operator' } })
  const typeRow = await admin.server.db.trustMarkType.findFirstOrThrow()
  const type = btoa(`TrustMarkType:${typeRow.id}`)
  expect(await admin.mutate('updateTrustMarkType', { id: type, active: false }, 'active')).toMatchObject({
    active: false,
  })
  const { faults, warnings } = await planOf(admin, file)
  expect(faults).toEqual([])
  expect(warnings).toMatchObject([
    { message: expect.stringMatching(/^operator withdrew this Trust Mark type/) },
    { message: expect.stringMatching(/^operator withdrew this Trust Mark outside/) },
  ])
})

it('nothing of a whole export changes in the console, but what the files leave open', async () => {
  await admin.server.db.fileObject.deleteMany()
  const text = stringify(await exported(admin))
  expect(await apply(admin, text)).toMatchObject(SUCCEEDED)
  const settings = await admin.mutate('updateTrustAnchor', { displayName: 'Other' }, '__typename', 'admin')
  expect(settings).toMatchObject({
    message: `The file 1.yaml says this of ${admin.entityId}: displayName. Change it there.`,
  })
  const policy = { metadataPolicy: { openid_provider: { contacts: { essential: true } } } }
  const refused = await admin.mutate('updateFederationPolicy', policy, '__typename', 'admin')
  expect(refused).toMatchObject({ message: expect.stringContaining(': metadataPolicy.') })
})
