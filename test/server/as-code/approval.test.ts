/** Tests that a plan which touches what is protected is one approval, whose content is the plan. */
import { beforeEach, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { registerLeaf, startLeaf } from '#test/helpers/subordinate.ts'
import { administratorsInFile, approve, protect, refuse, waiting } from '../protection/people.ts'
import { exported, fileOf, planOf } from './configured.ts'

const admin = adminInFile()
const people = administratorsInFile(admin)
beforeEach(() => protect(admin, []))

const PLAN = `... on Approval { state configurationPlan { hash created unchanged faults { file line message }
  steps(first: 1, skip: 1) { noun key verb } effect { newMembers stops { entities { entityId displayName } } } } }`
/** The approval and its plan. */
const planIn = async (id: string) => {
  const { data, errors } = await people.bob.visitor.execute(
    `query ($id: ID!) { node(id: $id) { ${PLAN} } }`,
    { id },
  )
  expect(errors).toBeUndefined()
  return data.node
}

const running = () => admin.server.db.run.count({ where: { endedAt: null } })

const DOCUMENT = `mutation ($input: ApplyConfigurationInput!) { applyConfiguration(input: $input) { __typename
  ... on ApplyConfigurationSuccess { run { id } } ... on Error { message } } }`
const propose = async (content: string, further: object = {}) => {
  const input = { files: [{ name: '1.yaml', content }], ...further }
  return people.alice.visitor.execute(DOCUMENT, { input })
}
const read = async (id: string) => {
  const document =
    'query ($id: ID!) { node(id: $id) { ... on Approval { state mutation operations effect } } }'
  return (await people.bob.visitor.execute(document, { id })).data.node
}

it('asks for one approval of the whole plan, and applies it with that', async () => {
  const leaf = await startLeaf(admin)
  await protect(admin, ['MEMBERS', 'ANCHOR'])
  const content = fileOf({
    settings: { statementHours: 100 },
    organizations: [{ name: 'University' }],
    members: [{ entityId: leaf.id, jwks: leaf.keys, organization: 'University' }],
  })
  const { hash } = await planOf(admin, content)
  const id = waiting(await propose(content, { plan: hash }))
  expect(await read(id)).toMatchObject({
    ...{ state: 'OPEN', mutation: 'applyConfiguration', operations: ['ANCHOR', 'MEMBERS'] },
    effect: {
      fields: {
        parameters: {
          after: {
            plan: hash,
            steps: [
              { section: 'settings', changes: [{ path: 'statementHours', before: 168, after: 100 }] },
              { section: 'organizations', key: 'University' },
              { section: 'members', key: leaf.id },
            ],
          },
        },
      },
    },
  })
  expect(await admin.server.db.run.count()).toBe(0)
  expect(await approve(people.bob, id)).toMatchObject({ state: 'EXECUTED' })
  await expect
    .poll(async () => (await exported(admin)).members)
    .toMatchObject([{ entityId: leaf.id, organization: 'University' }])
  await expect.poll(running).toBe(0)
  expect(await exported(admin)).toMatchObject({ settings: { statementHours: 100 } })
})

it('shows the plan as it is now, and nothing after its end', async () => {
  const leaf = await startLeaf(admin)
  const { leaf: member } = await registerLeaf(admin)
  await protect(admin, ['MEMBERS'])
  const content = fileOf({
    organizations: [{ name: 'First' }, { name: 'Shown' }],
    members: [
      { entityId: leaf.id, jwks: leaf.keys, organization: 'Shown' },
      { entityId: member.id, active: false },
    ],
  })
  const { hash } = await planOf(admin, content)
  const id = waiting(await propose(content))
  expect(await planIn(id)).toEqual({
    state: 'OPEN',
    configurationPlan: {
      ...{ hash, created: 3, unchanged: 0, faults: [] },
      steps: [{ noun: 'organization', key: 'Shown', verb: 'CREATE' }],
      effect: {
        newMembers: 1,
        stops: [{ entities: [{ entityId: member.id, displayName: 'Test Relying Party' }] }],
      },
    },
  })
  await admin.mutate('createOrganization', { name: 'Shown' }, '__typename', 'admin')
  const { configurationPlan } = await planIn(id)
  expect(configurationPlan).toMatchObject({ created: 2, unchanged: 1 })
  expect(configurationPlan.hash).not.toBe(hash)
  await refuse(people.alice, id)
  expect(await planIn(id)).toEqual({ state: 'WITHDRAWN', configurationPlan: null })
})

it('shows the faults of files that can no longer be planned, of a document without variables', async () => {
  await protect(admin, ['TRUST_MARKS'])
  const content = fileOf({ trustMarkTypes: [{ type: 'https://t.example/a', description: 'A' }] })
  const files = `[{ name: "a.yaml", content: ${JSON.stringify(content)} }]`
  const id = waiting(
    await people.alice.visitor.execute(
      `mutation { applyConfiguration(input: { files: ${files} }) { __typename } }`,
    ),
  )
  expect((await planIn(id)).configurationPlan).toMatchObject({ created: 1, faults: [] })
  const owner = {
    section: 'trustMarkTypes',
    key: 'https://t.example/a',
    fileSet: 'other',
    file: 'b.yaml',
    fields: { type: '' },
  }
  await admin.server.db.fileObject.create({ data: { ...owner, appliedAt: new Date() } })
  expect((await planIn(id)).configurationPlan).toMatchObject({
    hash: null,
    faults: [{ file: 'a.yaml', line: 4, message: expect.stringContaining('is described by the set other') }],
    effect: null,
  })
})

it('makes one plan at a time', async () => {
  await protect(admin, ['ANCHOR'])
  waiting(await propose(fileOf({ settings: { statementHours: 77 } })))
  const list = `{ approvals(first: 1) { edges { node { ${PLAN} } } } }`
  const { errors } = await people.bob.visitor.execute(list)
  expect(errors).toMatchObject([{ message: 'Ask for the plan of one approval at a time, with `node`.' }])
})

it('is not applied as approved when the anchor changed meanwhile', async () => {
  await protect(admin, ['ANCHOR'])
  const id = waiting(await propose(fileOf({ settings: { organizationName: 'As planned' } })))
  await protect(admin, [])
  const changed = await admin.mutate(
    'updateTrustAnchor',
    { organizationName: 'Otherwise' },
    '__typename',
    'admin',
  )
  expect(changed).toMatchObject({ __typename: 'UpdateTrustAnchorSuccess' })
  await protect(admin, ['ANCHOR'])
  expect(await approve(people.bob, id)).toMatchObject({ code: 'CONFLICT' })
  expect(await exported(admin)).toMatchObject({ settings: { organizationName: 'Otherwise' } })
})

it('needs no second person if it touches nothing that is protected, or changes nothing', async () => {
  await protect(admin, ['ANCHOR'])
  const further = await propose(fileOf({ organizations: [{ name: 'Free' }] }))
  expect(further.data.applyConfiguration.__typename).toBe('ApplyConfigurationSuccess')
  await expect.poll(running).toBe(0)
  const dry = await propose(fileOf({ settings: { statementHours: 44 } }), { dryRun: true })
  expect(dry.data.applyConfiguration.__typename).toBe('ApplyConfigurationSuccess')
})

it('needs the keys of a new member, on which two people agree', async () => {
  const leaf = await startLeaf(admin)
  await protect(admin, ['MEMBERS'])
  const { data } = await propose(fileOf({ members: [{ entityId: leaf.id }] }))
  expect(data.applyConfiguration).toEqual({
    __typename: 'InvalidInputError',
    message: `A second person approves the keys of new members. Add jwks to the member ${leaf.id}.`,
  })
})

it('asks for an approval before files take over what they did not describe, and only then', async () => {
  const { leaf } = await registerLeaf(admin, { validFor: 100 })
  const where = { section: 'members', key: leaf.id }
  const described = async () =>
    Object.keys((await admin.server.db.fileObject.findFirst({ where }))?.fields ?? {}).sort()
  const member = { entityId: leaf.id, jwks: leaf.keys }
  const apply = async (sections: Parameters<typeof fileOf>[0]) => {
    const { data } = await propose(fileOf(sections))
    expect(data.applyConfiguration.__typename).toBe('ApplyConfigurationSuccess')
    await expect.poll(running).toBe(0)
  }
  await protect(admin, ['MEMBERS'])
  // Nothing changes, or nothing that is protected.
  const id = waiting(await propose(fileOf({ members: [member] })))
  waiting(await propose(fileOf({ members: [member], organizations: [{ name: 'Beside' }] })))
  expect(await read(id)).toMatchObject({ state: 'OPEN', operations: ['MEMBERS'] })
  expect(await described()).toEqual([])
  expect(await approve(people.bob, id)).toMatchObject({ state: 'EXECUTED' })
  expect(await described()).toEqual(['entityId', 'jwks'])
  await expect.poll(running).toBe(0)

  await apply({ members: [member] })
  await apply({ members: [{ ...member, note: 'Published nowhere' }] })
  waiting(await propose(fileOf({ members: [{ ...member, validFor: 100 }] })))
  expect(await described()).toEqual(['entityId', 'jwks', 'note'])
})
