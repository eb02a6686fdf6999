/** Tests that objects which are not as configuration files describe them are found on schedule, without the files. */
import { expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { schedulesInFile } from '#test/helpers/schedule.ts'
import { memberInFile, startLeaf } from '#test/helpers/subordinate.ts'
import { apply, fileOf } from './configured.ts'

const admin = adminInFile()
const leaf = memberInFile(admin)
const schedules = schedulesInFile(admin)
const compare = () => schedules.run('compare-files')

async function alerts() {
  const { data } = await admin.execute('{ alerts { id severity size message } }', {}, 'viewer')
  return data.alerts.filter(({ id }: { id: string }) => id.startsWith('CONFIGURATION_DRIFT'))
}

async function differs() {
  const { data } = await admin.execute(
    'query ($id: EntityIdentifier!) { subordinate(entityId: $id) { describedIn { differs } } }',
    { id: leaf.id },
  )
  return data.subordinate.describedIn.differs
}

const organizations = [
  { name: 'Lund', country: 'SE', contacts: [{ role: 'TECHNICAL', email: 'a@lu.example' }] },
]
const trustMarkTypes = [{ type: 'https://ta.example.org/marks/member' }]
const describedMembers = () => [
  { entityId: leaf.id, organization: 'Lund', note: 'As described', tags: ['a', 'b'], active: true },
]

it('finds nothing after an application of objects of each kind', async () => {
  expect(await compare()).toBe('No file describes an object.')
  const trustMarks = [
    { trustMarkType: 'https://ta.example.org/marks/member', entityId: leaf.id, validFor: 100 },
  ]
  const checks = [{ entityType: 'openid_relying_party', approves: true, checks: [] }]
  const settings = { displayName: 'Federation', constraints: { max_path_length: 2 } }
  const metadataPolicy = { openid_relying_party: { contacts: { add: ['help@ta.example.org'] } } }
  const members = describedMembers()
  const described = { organizations, trustMarkTypes, members, trustMarks, checks, settings, metadataPolicy }
  expect(await apply(admin, fileOf(described))).toMatchObject({ state: 'SUCCEEDED' })
  expect(await compare()).toBe('7 objects compared, 0 of them different.')
  expect(await alerts()).toEqual([])
})

it('names what was changed where files do not guard it, until the files are applied again', async () => {
  const { db } = admin.server
  await db.subordinate.update({ where: { entityId: leaf.id }, data: { note: 'By hand', tags: [] } })
  await db.organization.updateMany({ data: { country: 'DK' } })
  await db.checkPipeline.deleteMany()
  expect(await compare()).toBe('7 objects compared, 3 of them different.')
  expect(await alerts()).toEqual([
    {
      id: 'CONFIGURATION_DRIFT',
      severity: 'WARNING',
      size: 3,
      message: `3 objects are not as the configuration files describe: the pipeline of checks openid_relying_party (entityType, trustMarkType), the member ${leaf.id} (note, tags), the organization Lund (country). Plan the files.`,
    },
  ])
  expect(await differs()).toEqual(['note', 'tags'])
  expect(
    await apply(admin, fileOf({ organizations, members: describedMembers(), trustMarkTypes })),
  ).toMatchObject({
    state: 'SUCCEEDED',
  })
  expect(await differs()).toEqual([])
  expect(await compare()).toBe('3 objects compared, 0 of them different.')
  expect(await alerts()).toEqual([])
})

it('names a member that was deactivated outside of the files', async () => {
  const { id } = await admin.server.db.subordinate.findUniqueOrThrow({ where: { entityId: leaf.id } })
  await admin.mutate('deactivateSubordinate', { id: btoa(`Subordinate:${id}`) }, 'active')
  expect(await compare()).toBe('3 objects compared, 1 of them different.')
  expect(await alerts()).toMatchObject([
    { size: 1, message: expect.stringContaining(`member ${leaf.id} (active)`) },
  ])
})

it('names a member that has other keys than the file, and one that is gone', async () => {
  const other = await startLeaf(admin)
  const file = fileOf({ set: 'keys', members: [{ entityId: other.id, jwks: other.keys }] })
  expect(await apply(admin, file)).toMatchObject({ state: 'SUCCEEDED' })
  expect(await compare()).toBe('4 objects compared, 1 of them different.')
  const where = { entityId: other.id }
  await admin.server.db.subordinate.update({ where, data: { jwks: { ...leaf.keys } } })
  expect(await compare()).toBe('4 objects compared, 2 of them different.')
  expect(await alerts()).toMatchObject([{ message: expect.stringContaining(`${other.id} (jwks)`) }])
  await admin.server.db.subordinate.delete({ where })
  await compare()
  expect(await alerts()).toMatchObject([{ message: expect.stringContaining(`${other.id} (entityId)`) }])
})

it('waits while files are being applied', async () => {
  const running = { kind: 'CONFIGURATION', startedBy: 'admin', startedMethod: 'api_key', state: 'RUNNING' }
  const { id } = await admin.server.db.run.create({ data: { ...running, heartbeatAt: new Date(), total: 0 } })
  expect(await compare()).toBe('Files are being applied.')
  await admin.server.db.run.delete({ where: { id } })
})
