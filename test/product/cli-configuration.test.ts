/** Tests the commands of configuration files, over HTTP and on the server. */
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { folderInTest } from '#test/helpers/in-file.ts'
import { root } from '../docs/document.ts'
import { apiCommandsInFile, type Run, succeed } from './api-commands.ts'

const { far, asViewer, near } = apiCommandsInFile()
const runs: [where: string, run: Run][] = [
  ['over HTTP', far],
  ['on the server', near],
]

const HEAD = 'apiVersion: inmor/v1\nanchor: main\n'

async function fileWith(content: string): Promise<string> {
  const path = join(await folderInTest('inmor-configuration'), 'main.yaml')
  await writeFile(path, `${HEAD}${content}`)
  return path
}

test.each(runs)('an export is planned, changed and applied %s', async (where, run) => {
  const folder = await folderInTest('inmor-configuration')
  await succeed(run, ['export', '--anchor=main', `--output=${folder}`])
  const path = join(folder, 'main.yaml')
  const text = await readFile(path, 'utf8')
  expect(await succeed(run, ['export', '--anchor=main'])).toBe(text)
  expect(await succeed(run, ['plan', folder])).toMatch(
    /^main: nothing to do\. \d+ objects are as described\.\n$/,
  )
  const described = parse(text)
  Object.assign(described.settings, { organizationName: `Applied ${where}` })
  await writeFile(path, stringify(described))
  const planned = await run(['plan', path])
  expect(planned).toMatchObject({
    code: 2,
    stderr: '',
    stdout: expect.stringContaining(`"Applied ${where}"`),
  })
  expect(await run(['drift', path, '--json'])).toMatchObject({
    code: 2,
    stdout: expect.stringContaining('"verb":"CHANGE"'),
  })
  expect(await run(['plan', path, '--markdown'])).toMatchObject({
    code: 2,
    stdout: expect.stringMatching(/^### Plan for `main`: 1 to change\n/),
  })
  expect(await run(['apply', path, '--dry-run'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('settings ... OK: Would change the settings.'),
  })
  const plan = join(folder, 'plan')
  await run(['plan', path, `--output=${plan}`])
  expect(await run(['apply', plan, '--commit=c0ffee'])).toMatchObject({
    code: 0,
    stdout: 'settings ... OK\nSUCCEEDED: 1 done, 0 failed.\n',
  })
  expect(await succeed(run, ['drift', path])).toContain('nothing to do')
  expect(await run(['apply', plan])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Make a new plan.'),
  })
  const { settings } = parse(await succeed(run, ['export', '--anchor=main']))
  expect(settings).toMatchObject({ organizationName: `Applied ${where}` })
})

test.each<[what: string, content: string, sentence: string]>([
  ['a fault', 'member: []\n', 'main.yaml:3:1: ConfigurationFile has no field "member".\n'],
  ['a fault of the syntax', 'settings: [\n', 'main.yaml:4:1: '],
])('%s is on the standard output with its place, and the code is 1', async (_what, content, sentence) => {
  const path = await fileWith(content)
  const { code, stdout } = await far(['plan', path])
  expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining(sentence) })
  expect(await far(['apply', path])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Nothing was changed.'),
  })
})

test('wrong words, and files that cannot be read or sent, have the code 1', async () => {
  const folder = await folderInTest('inmor-configuration')
  const large = join(folder, 'large.yaml')
  await writeFile(large, HEAD)
  await truncate(large, 200 * 1024 * 1024)
  const nameless = join(folder, 'nameless.json')
  await writeFile(nameless, '{}')
  await mkdir(join(folder, 'empty'))
  const refusals: [args: string[], sentence: string][] = [
    [['plan'], "missing required argument 'file'"],
    [['drift', '--unknown', 'x'], "unknown option '--unknown'"],
    [['plan', join(folder, 'nothing.yaml')], 'cannot be read'],
    [['plan', join(folder, 'empty')], 'There are no files of YAML or JSON.'],
    [['apply', nameless], 'names no anchor. Begin it with apiVersion and anchor.'],
    [['plan', large], 'has 200 MB. At most 48 MB are allowed'],
  ]
  for (const [args, sentence] of refusals) {
    const { code, stderr } = await far(args)
    expect({ code, stderr }, args.join(' ')).toEqual({ code: 1, stderr: expect.stringContaining(sentence) })
  }
})

test('a viewer plans, and applies nothing', async () => {
  const path = await fileWith('organizations:\n- name: Of a viewer\n')
  expect(await asViewer(['plan', path])).toMatchObject({ code: 2 })
  expect(await asViewer(['apply', path])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('(FORBIDDEN)'),
  })
})

test('the JSON Schema of a file takes an export and the examples, and refuses what the server refuses', async () => {
  const schema = JSON.parse(await succeed(far, ['export', '--schema']))
  expect(schema).toEqual(JSON.parse(await readFile(root('docs/reference/configuration.schema.json'), 'utf8')))
  const validate = new Ajv({ strict: false, validateFormats: false }).compile({
    ...schema,
    $schema: undefined,
  })
  const examples = ['main.yaml', 'members.yaml'].map((name) =>
    root(`docs/examples/federation-as-code/federation/${name}`),
  )
  const texts = await Promise.all(examples.map((path) => readFile(path, 'utf8')))
  for (const text of [await succeed(far, ['export', '--anchor=main']), ...texts])
    expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true)
  for (const content of [
    'member: []',
    'settings: { statementHours: many }',
    'members: [{ tags: [a] }]',
    'settings: { environment: LIVE }',
  ])
    expect(validate(parse(`${HEAD}${content}`)), content).toBe(false)
})
