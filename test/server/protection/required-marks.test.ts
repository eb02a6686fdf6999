/** Tests that the end of a Trust Mark that a member must hold counts as a change of the member, by any way in. */
import { beforeEach, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { createRestClient } from '#test/helpers/rest.ts'
import { registerLeaf } from '#test/helpers/subordinate.ts'
import { dryRun } from './filled.ts'
import { administratorsInFile, approve, protect, waiting } from './people.ts'

const admin = adminInFile()
const people = administratorsInFile(admin)
beforeEach(() => protect(admin, []))

const make = (mutation: string, input: object) => admin.mutate(mutation, input, 'id', 'admin')

/** A mark of a new type for a member that must hold it, and one for a member that need not. */
async function issueMarks() {
  const type = `https://ta.example.org/marks/${crypto.randomUUID()}`
  const { id: typeId } = await make('createTrustMarkType', { type })
  const issue = async () => {
    const { leaf, id: member } = await registerLeaf(admin)
    const { id } = await make('issueTrustMark', { trustMarkType: type, entityId: leaf.id })
    return { id, member, entityId: leaf.id }
  }
  const [required, other] = [await issue(), await issue()]
  await make('updateSubordinate', { id: required.member, requiredTrustMarks: [type] })
  await protect(admin, ['MEMBERS'])
  return { type, typeId, required, other }
}

type Marks = Awaited<ReturnType<typeof issueMarks>>

async function send(mutation: string, input: object) {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!`
  const document = `mutation ($input: ${type}) { ${mutation}(input: $input) { __typename } }`
  return people.alice.visitor.execute(document, { input })
}

const isActive = async ({ type, required: { entityId } }: Marks) => {
  const { active, autorenew, trustMarkType } = await admin.server.db.trustMark.findFirstOrThrow({
    where: { entityId, trustMarkType: { type } },
    include: { trustMarkType: true },
  })
  return active && autorenew && trustMarkType.active
}

const number = (id: string) => Number(atob(id).split(':')[1])
const fileOf = ({ type, required: { entityId } }: Marks, fields: string) => ({
  name: '1.yaml',
  content: `apiVersion: inmor/v1\nanchor: main\ntrustMarks: [{ trustMarkType: "${type}", entityId: "${entityId}", ${fields} }]\n`,
})
const EMPTY = { name: '1.yaml', content: 'apiVersion: inmor/v1\nanchor: main\n' }

const ways: Record<string, (marks: Marks) => Promise<[mutation: string, input: object]>> = {
  'a revocation': async ({ required: { id } }) => ['revokeTrustMark', { id }],
  'the end of its renewal': async ({ required: { id } }) => ['updateTrustMark', { id, autorenew: false }],
  'the end of its type': async ({ typeId: id }) => ['updateTrustMarkType', { id, active: false }],
  'a revocation of many': async ({ type }) => {
    const change = { subordinates: { filter: {} }, action: 'REVOKE_TRUST_MARK', trustMarkType: type }
    await protect(admin, [])
    const id = await dryRun(admin, 'startSubordinateChange', change)
    await protect(admin, ['MEMBERS'])
    return ['executeDryRun', { id }]
  },
  'a file': async (marks) => ['applyConfiguration', { files: [fileOf(marks, 'active: false')] }],
  'a file that names it no longer': async (marks) => {
    await protect(admin, [])
    await make('applyConfiguration', { files: [fileOf(marks, 'autorenew: true')] })
    await expect.poll(() => admin.server.db.run.count({ where: { endedAt: null } })).toBe(0)
    await protect(admin, ['MEMBERS'])
    return ['applyConfiguration', { files: [EMPTY], prune: true }]
  },
}

it.each(Object.entries(ways))('%s waits for a second person', async (_name, way) => {
  const marks = await issueMarks()
  const [mutation, input] = await way(marks)
  const id = waiting(await send(mutation, input), mutation)
  expect(await isActive(marks)).toBe(true)
  const { operations } = await admin.server.installation.approval.findUniqueOrThrow({
    where: { id: number(id) },
  })
  expect(operations).toEqual(['MEMBERS'])
  expect(await approve(people.bob, id)).toMatchObject({ state: 'EXECUTED' })
  await expect.poll(() => isActive(marks)).toBe(false)
})

it('a revocation of many without a dry run, and one by REST, are refused', async () => {
  const marks = await issueMarks()
  const { type, required } = marks
  const change = {
    action: 'REVOKE_TRUST_MARK',
    trustMarkType: type,
    subordinates: { ids: [required.member] },
  }
  expect((await send('startSubordinateChange', change)).errors).toMatchObject([
    { extensions: { code: 'APPROVAL_REQUIRED' } },
  ])
  const { call } = await createRestClient(admin)
  const refused = { status: 403, body: { message: expect.stringMatching(/^A second person must approve/) } }
  const path = `/trustmarks/${number(required.id)}`
  expect(await call('PUT', path, { active: false })).toMatchObject(refused)
  expect(await isActive(marks)).toBe(true)
})

it('another mark of the type is revoked by one person', async () => {
  const { other } = await issueMarks()
  expect((await send('revokeTrustMark', { id: other.id })).errors).toBeUndefined()
  const { active } = await admin.server.db.trustMark.findUniqueOrThrow({ where: { id: number(other.id) } })
  expect(active).toBe(false)
})
