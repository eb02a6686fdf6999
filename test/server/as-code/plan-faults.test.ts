/** Tests what a plan says is wrong with configuration files, and where. */
import { expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { fileOf, planOf } from './configured.ts'

const admin = adminInFile()
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

/** 2^40 values in some lines. */
function bomb(): string {
  const lines = Array.from({ length: 40 }, (_, at) => `  a${at + 1}: &a${at + 1} [*a${at}, *a${at}]`)
  return `metadataPolicy:\n  a0: &a0 [x, x]\n${lines.join('\n')}\n`
}

/** One more than a file may have, in its line 104. */
function manyAliases(): string {
  return `  a: &a [1]\n${Array.from({ length: 101 }, (_, at) => `  b${at + 100}: *a\n`).join('')}`
}
