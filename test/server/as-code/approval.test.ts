/** Tests that a plan which touches what is protected is one approval, whose content is the plan. */
import { beforeEach, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { startLeaf } from '#test/helpers/subordinate.ts'
import { administratorsInFile, approve, protect, waiting } from '../protection/people.ts'
import { exported, fileOf, planOf } from './configured.ts'

const admin = adminInFile()
const people = administratorsInFile(admin)
beforeEach(() => protect(admin, []))

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

it('is not applied as approved when the anchor changed meanwhile', async () => {
  await protect(admin, ['ANCHOR'])
  const id = waiting(await propose(fileOf({ settings: { displayName: 'As planned' } })))
  await protect(admin, [])
  const changed = await admin.mutate('updateTrustAnchor', { displayName: 'Otherwise' }, '__typename', 'admin')
  expect(changed).toMatchObject({ __typename: 'UpdateTrustAnchorSuccess' })
  await protect(admin, ['ANCHOR'])
  expect(await approve(people.bob, id)).toMatchObject({ code: 'CONFLICT' })
  expect(await exported(admin)).toMatchObject({ settings: { displayName: 'Otherwise' } })
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
