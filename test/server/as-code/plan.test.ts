/** Tests the plan of configuration files: what it finds to do, and in which words. */
import { expect, it } from 'vitest'
import { scheduleNames } from '#server/jobs/schedules.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { registerLeaf } from '#test/helpers/subordinate.ts'
import { exported, exportText, fileOf, planOf, start } from './configured.ts'

const admin = adminInFile()
const TYPE = 'https://ta.example.org/marks/member'

it('finds nothing to do for an export', async () => {
  await admin.mutate('createOrganization', { name: 'A University', country: 'SE' }, 'id')
  await admin.mutate('createTrustMarkType', { type: TYPE, validFor: 48 }, 'id')
  const { leaf } = await registerLeaf(admin, { tags: ['pilot'], note: 'A note\nof two lines' })
  await admin.mutate('issueTrustMark', { entityId: leaf.id, trustMarkType: TYPE }, 'id')
  await admin.mutate(
    'updateCheckPipeline',
    { entityType: 'openid_provider', checks: [{ check: 'ON_LIST', tags: ['a'] }] },
    'id',
    'admin',
  )
  const text = await exportText(admin)
  expect(await planOf(admin, text)).toMatchObject({
    faults: [],
    steps: [],
    unchanged: 7 + scheduleNames.length,
  })
  expect(await exportText(admin)).toBe(text)
  expect(await exported(admin)).toMatchObject({
    complete: true,
    organizations: [{ name: 'A University', country: 'SE' }],
    members: [{ entityId: leaf.id, tags: ['pilot'], note: 'A note\nof two lines' }],
    trustMarks: [{ entityId: leaf.id, trustMarkType: TYPE, validFor: 48 }],
    checks: [{ entityType: 'openid_provider', checks: [{ check: 'ON_LIST', tags: ['a'] }] }],
  })
})

it('names each object and field that changes, in the order of the run', async () => {
  const members = [{ entityId: 'https://rp.example.org', organization: 'B University' }]
  const content = fileOf({
    ...{ members, organizations: [{ name: 'B University' }, { name: 'A University', country: 'NO' }] },
    settings: { statementHours: 100 },
  })
  const { steps, text, markdown } = await planOf(admin, content)
  expect(steps.map(({ section, verb, key }) => [section, verb, key])).toEqual([
    ['settings', 'CHANGE', ''],
    ['organizations', 'CHANGE', 'A University'],
    ['organizations', 'CREATE', 'B University'],
    ['members', 'CREATE', 'https://rp.example.org'],
  ])
  expect(steps[0]?.changes).toEqual([{ path: 'statementHours', before: 168, after: 100 }])
  expect(text).toContain('~ organization A University\n    country: "SE" -> "NO"\n')
  expect(text).toContain('main: 2 to create, 2 to change. 0 objects are as described.')
  expect(markdown).toContain('```diff\n~ settings\n    statementHours: 168 -> 100\n')
})

it('leaves what a file does not name, and in a complete one gives it its default', async () => {
  const organization = { name: 'A University' }
  expect(await planOf(admin, fileOf({ organizations: [organization] }))).toMatchObject({ steps: [] })
  const { steps } = await planOf(admin, fileOf({ complete: true, organizations: [organization] }))
  expect(steps[0]?.changes).toEqual([{ path: 'country', before: 'SE', after: null }])
})

it('has another hash for another state', async () => {
  const content = fileOf({ settings: { statementHours: 100 } })
  const { hash } = await planOf(admin, content)
  expect((await planOf(admin, content)).hash).toBe(hash)
  await admin.mutate('updateTrustAnchor', { statementHours: 120 }, '__typename', 'admin')
  expect((await planOf(admin, content)).hash).not.toBe(hash)
})

it('has nothing to do for an awaited member that is registered', async () => {
  const { leaf } = await registerLeaf(admin)
  expect(await planOf(admin, fileOf({ awaitedMembers: [{ entityId: leaf.id }] }))).toMatchObject({
    steps: [],
    unchanged: 1,
  })
})

it('says which members stop to resolve, with the reason, and which change', async () => {
  const { leaf } = await registerLeaf(admin)
  const required = { openid_relying_party: { policy_uri: { essential: true } } }
  const { effect, text } = await planOf(admin, fileOf({ metadataPolicy: required }))
  const reason = expect.stringContaining('policy_uri')
  expect(effect).toMatchObject({
    stops: [{ below: false, reason, count: 3, examples: expect.arrayContaining([leaf.id]) }],
    starts: [],
    changes: [],
  })
  expect(text).toMatch(
    /^Members: 3 stop to resolve, 0 start to, 0 change\.\nStop to resolve: 3 members\. .*policy_uri.*\nWho stops, .*policy_uri:\n( {2}http\S+\n){3}/m,
  )
  const added = { openid_relying_party: { contacts: { add: ['desk@example.org'] } } }
  const changes = await planOf(admin, fileOf({ members: [{ entityId: leaf.id, metadataPolicy: added }] }))
  expect(changes.effect).toMatchObject({
    stops: [],
    changes: [{ path: 'openid_relying_party.contacts', before: null, after: ['desk@example.org'], count: 1 }],
  })
  expect(changes.text).toContain('\nFetched and examined again when the plan is applied: 1.\n')
  const off = await planOf(admin, fileOf({ members: [{ entityId: leaf.id, active: false }] }))
  expect(off.text).not.toContain('Fetched')
  expect(off.effect).toMatchObject({ members: { stops: 1, examined: 1 }, stops: [{ examples: [leaf.id] }] })
})

it('says below which Intermediates nothing is known', async () => {
  const { leaf } = await registerLeaf(admin)
  await admin.server.db.subordinate.update({ where: { entityId: leaf.id }, data: { intermediate: true } })
  const { text } = await planOf(admin, fileOf({ members: [{ entityId: leaf.id, active: false }] }))
  expect(text).toContain(`Unknown: entities below 1 Intermediate (${leaf.id}), because there was no crawl.\n`)
})

it('refuses a mark that was revoked, and does not issue it again', async () => {
  const entityId = 'https://revoked.example.org'
  const { id } = await admin.mutate('issueTrustMark', { entityId, trustMarkType: TYPE }, 'id')
  await admin.mutate('revokeTrustMark', { id }, 'id')
  const { faults } = await planOf(
    admin,
    fileOf({ trustMarks: [{ entityId, trustMarkType: TYPE }], complete: true }),
  )
  expect(faults[0]?.message).toBe(
    'It was revoked. Remove it from the file, or issue it again in the console.',
  )
})

it('refuses a plan for a state that has gone', async () => {
  const content = fileOf({ settings: { statementHours: 77 } })
  const { hash: plan } = await planOf(admin, content)
  await admin.mutate('updateTrustAnchor', { statementHours: 78 }, '__typename', 'admin')
  expect(await start(admin, content, { plan })).toMatchObject({
    code: 'CONFLICT',
    message: 'The files or the anchor changed since the plan was made. Make a new plan.',
    path: ['input', 'plan'],
  })
})
