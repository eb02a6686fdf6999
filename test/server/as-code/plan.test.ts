/** Tests the plan of configuration files: what it finds to do, what is wrong with files, and in which words. */
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

const HEAD = 'apiVersion: inmor/v1\nanchor: main\n'

it.each<[what: string, content: string, line: number, column: number, message: string | RegExp]>([
  ['an unknown section', `${HEAD}member: []\n`, 3, 1, 'ConfigurationFile has no field "member".'],
  [
    'an unknown field',
    `${HEAD}members:\n- entityId: https://rp.example.org\n  tag: a\n`,
    5,
    3,
    'Member has no field "tag".',
  ],
  ['a wrong type', `${HEAD}settings:\n  statementHours: many\n`, 4, 3, 'Enter a whole number.'],
  [
    'a wrong value of an enum',
    `${HEAD}settings:\n  environment: LIVE\n`,
    4,
    3,
    'Enter one of OTHER, PRODUCTION, TEST.',
  ],
  ['a number outside its limits', `${HEAD}settings:\n  statementHours: 0\n`, 4, 3, /must be from 1 to/],
  ['no key', `${HEAD}members:\n- tags: [a]\n`, 4, 3, 'Enter a value for members[0].entityId.'],
  [
    'no identifier',
    `${HEAD}members:\n- entityId: rp.example.org\n`,
    4,
    3,
    /This is not an Entity Identifier/,
  ],
  [
    'a duplicate object',
    `${HEAD}organizations:\n- name: A\n- country: SE\n  name: A\n`,
    ...([5, 3] as const),
    'The organization A is described already, in 1.yaml, line 4.',
  ],
  [
    'a duplicate member',
    `${HEAD}settings:\n  color: '#000000'\n  color: '#111111'\n`,
    5,
    3,
    'It has the member "color" twice.',
  ],
  [
    'a reference to nothing',
    `${HEAD}members:\n- entityId: https://rp.example.org\n  organization: Nowhere\n`,
    ...([5, 3] as const),
    'There is no organization Nowhere, here or in the files.',
  ],
  [
    'a policy that is none',
    `${HEAD}metadataPolicy:\n  openid_relying_party:\n    client_name:\n      essential: 2\n`,
    ...([6, 7] as const),
    /essential/,
  ],
  ['another version', `apiVersion: inmor/v0\nanchor: main\n`, 1, 1, 'apiVersion must be inmor/v1.'],
  [
    'another anchor',
    `apiVersion: inmor/v1\nanchor: edu\n`,
    2,
    1,
    'The file is about the anchor "edu", not main.',
  ],
  ['text that is no YAML', `${HEAD}settings: {\n`, 4, 1, /end with a }/],
  ['a list', '- a\n', 1, 1, 'A configuration file is an object with apiVersion and anchor.'],
  ['nothing', '', 1, 1, 'A configuration file is an object with apiVersion and anchor.'],
  ['a tag of another language', `${HEAD}settings: !!js/function x\n`, 3, 11, /Unresolved tag/],
  [
    'an anchor that contains itself',
    `${HEAD}metadataPolicy: &a\n  x: *a\n`,
    1,
    1,
    'An anchor contains itself.',
  ],
  ['aliases that multiply', `${HEAD}${bomb()}`, 1, 1, /^Its aliases stand for too much/],
  ['too many aliases', `${HEAD}metadataPolicy:\n${manyAliases()}`, 105, 9, /^Its aliases stand for too much/],
  [
    'values that are nested deeply',
    `${HEAD}metadataPolicy: ${'['.repeat(20_000)}`,
    3,
    expect.any(Number),
    'Its values are nested too deeply.',
  ],
  [
    'values of YAML below each other',
    `${HEAD}metadataPolicy:\n${Array.from({ length: 3_000 }, (_, at) => `${' '.repeat(at + 1)}a:\n`).join('')}`,
    expect.any(Number),
    expect.any(Number),
    /nested/,
  ],
  [
    'values of JSON that are nested deeply',
    `{"apiVersion": "inmor/v1", "anchor": "main",\n "metadataPolicy": {"a": ${'['.repeat(3_000)}${']'.repeat(3_000)}}}`,
    2,
    expect.any(Number),
    'It is nested deeper than 32 levels.',
  ],
  ['a fault of JSON', '{"apiVersion": "inmor/v1",\n "anchor": "main" "x" }', 2, 19, /./],
  [
    'a name of JSON twice',
    '{"apiVersion": "inmor/v1",\n "anchor": "main", "\\u0061nchor": "main" }',
    ...([2, 20] as const),
    'It has the member "anchor" twice.',
  ],
])('refuses %s, and says where', async (_what, content, line, column, message) => {
  const { hash, faults } = await planOf(admin, content)
  expect(hash).toBeNull()
  expect(faults[0]).toEqual({
    file: '1.yaml',
    line,
    column,
    message: typeof message === 'string' ? message : expect.stringMatching(message),
  })
})

it('takes a comma too many in a map of YAML, and not in a file of JSON', async () => {
  const content = '{"apiVersion": "inmor/v1",\n "anchor": "main", }'
  expect(await planOf(admin, content)).toMatchObject({ faults: [], steps: [] })
  const document = `query ($files: [ConfigurationFileInput!]!) {
    configurationPlan(anchor: "main", files: $files) { faults { line column message } } }`
  const { data } = await admin.execute(document, { files: [{ name: 'x.json', content }] })
  expect(data.configurationPlan.faults).toEqual([{ line: 2, column: 20, message: 'This is no JSON.' }])
})

it('refuses an object in two files', async () => {
  const content = fileOf({ settings: { color: '#000000' } })
  const { faults } = await planOf(admin, content, content)
  expect(faults).toEqual([
    { file: '2.yaml', line: 3, column: 1, message: 'The settings is described already, in 1.yaml, line 3.' },
  ])
})

it('reads a large file in a thread of its own, and lists at most 100 faults, each with its place', async () => {
  const members = Array.from({ length: 5_000 }, (_, at) => ({
    entityId: `https://rp${at}.example.org`,
    organization: 'Nowhere',
  }))
  const { faults } = await planOf(admin, fileOf({ members }))
  expect(faults).toHaveLength(100)
  expect(faults.at(-1)).toMatchObject({ line: 203, column: 5 })
  const broken = await planOf(admin, `${fileOf({ members })}  x: [\n`)
  expect(broken.faults[0]).toMatchObject({ line: 10_004 })
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

/** 2^40 values in some lines. */
function bomb(): string {
  const lines = Array.from({ length: 40 }, (_, at) => `  a${at + 1}: &a${at + 1} [*a${at}, *a${at}]`)
  return `metadataPolicy:\n  a0: &a0 [x, x]\n${lines.join('\n')}\n`
}

/** One more than a file may have, in its line 104. */
function manyAliases(): string {
  return `  a: &a [1]\n${Array.from({ length: 101 }, (_, at) => `  b${at + 100}: *a\n`).join('')}`
}

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
