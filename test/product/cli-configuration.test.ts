/** Tests the commands of configuration files, over HTTP and on the server. */
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { describe, expect, test, vi } from 'vitest'
import { parse, stringify } from 'yaml'
import { adminInFile, startSecondAdmin } from '#test/helpers/admin.ts'
import { folderInTest, inTest } from '#test/helpers/in-file.ts'
import { registerMany } from '#test/helpers/many-entities.ts'
import { patience } from '#test/helpers/patience.ts'
import { inmor } from '#test/helpers/product.ts'
import { root } from '../docs/document.ts'
import { apiCommandsInFile, type Run, succeed } from './api-commands.ts'

const { admin, far, asViewer, near } = apiCommandsInFile()
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
  const { stdout } = await run(['plan', path, '--json'])
  expect(JSON.parse(stdout)).toMatchObject({
    warnings: [],
    effect: { stops: [], unread: 0, isComplete: true },
  })
  expect(await run(['plan', path, '--markdown'])).toMatchObject({
    code: 2,
    stdout: expect.stringMatching(/^### Plan for `main`: 1 to change\n/),
  })
  expect(await run(['apply', path, '--dry-run'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('settings ... OK: Would change the settings'),
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

test.each(runs)(
  'an anchor is created by the file of the installation, then described, %s',
  async (where, run) => {
    const folder = await folderInTest('inmor-configuration')
    await succeed(run, ['export', '--installation', `--output=${folder}`])
    const path = join(folder, 'installation.yaml')
    const text = await readFile(path, 'utf8')
    expect(await succeed(run, ['export', '--installation'])).toBe(text)
    expect(await succeed(run, ['plan', folder])).toMatch(/^the installation: nothing to do\. /)
    const slug = where.replaceAll(' ', '-').toLowerCase()
    const described = parse(text)
    described.anchors.push({ slug, entityId: `${admin.entityId}/${slug}` })
    await writeFile(path, stringify(described))
    const settings = { organizationName: `Created ${where}` }
    await writeFile(join(folder, 'a.yaml'), stringify({ apiVersion: 'inmor/v1', anchor: slug, settings }))
    expect(await run(['plan', folder])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining(`+ anchor ${slug}\n`),
      stderr: expect.stringContaining(
        `There is no anchor "${slug}" in which you have a role. If a file of the installation creates it, apply that file first.`,
      ),
    })
    const plan = join(folder, 'plan')
    await run(['plan', path, `--output=${plan}`])
    expect(await run(['apply', plan, '--dry-run'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`${slug} ... OK: Would create the anchor.`),
    })
    expect(await run(['apply', folder])).toMatchObject({
      code: 0,
      stdout: `${slug} ... OK\nSUCCEEDED: 1 done, 0 failed.\nsettings ... OK\nSUCCEEDED: 1 done, 0 failed.\n`,
    })
    expect(await succeed(run, ['drift', folder])).toMatch(
      /^the installation: nothing to do\. .*\n.*: nothing to do/,
    )
    expect(parse(await succeed(run, ['export', `--anchor=${slug}`]))).toMatchObject({
      anchor: slug,
      settings,
    })
  },
)

describe('with a worker of its own', () => {
  const served = adminInFile({}, { worker: 'external' })

  test('an anchor is described once the admin server runs it too', async () => {
    await inTest(startSecondAdmin(served, { worker: 'inline' }))
    const folder = await folderInTest('inmor-configuration')
    const installation = { anchors: [{ slug: 'late', entityId: `${served.entityId}/late` }] }
    const late = { anchor: 'late', settings: { organizationName: 'Late' } }
    for (const [name, content] of Object.entries({ installation, late }))
      await writeFile(join(folder, `${name}.yaml`), stringify({ apiVersion: 'inmor/v1', ...content }))
    const environment = { INMOR_URL: served.adminUrl, INMOR_KEY: served.keys.admin }
    expect(await inmor({ environment }, ['apply', folder])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^late \.\.\. OK\n.*\nsettings \.\.\. OK\n/),
    })
  })
})

test('an application waits for another one, and not longer than it is told', async () => {
  const { db } = admin.server
  const other = await db.run.create({
    data: {
      kind: 'CONFIGURATION',
      state: 'RUNNING',
      startedBy: 'admin',
      heartbeatAt: new Date(Date.now() + 3_600_000),
      parameters: { source: 'files' },
    },
  })
  const path = await fileWith('settings: { color: "#654321" }\n')
  const refused = { action: 'applyConfiguration', outcome: { not: 'SUCCEEDED' } }
  expect(await far(['apply', path, '--wait=1'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('is still running'),
  })
  const before = await db.auditEvent.count({ where: refused })
  const waiting = far(['apply', path, '--wait=600'])
  await vi.waitFor(
    async () => expect(await db.auditEvent.count({ where: refused })).toBeGreaterThan(before),
    patience,
  )
  await db.run.update({ where: { id: other.id }, data: { state: 'CANCELLED', endedAt: new Date() } })
  expect(await waiting).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('SUCCEEDED: 1 done, 0 failed.'),
  })
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
  expect(await far(['export', '--installation', '--anchor=main'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("option '--installation' cannot be used with option '--anchor"),
  })
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
  const exports = await Promise.all(
    ['--anchor=main', '--installation'].map((option) => succeed(far, ['export', option])),
  )
  for (const text of [...exports, ...texts])
    expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true)
  for (const content of [
    'member: []',
    'settings: { statementHours: many }',
    'members: [{ tags: [a] }]',
    'settings: { environment: LIVE }',
  ])
    expect(validate(parse(`${HEAD}${content}`)), content).toBe(false)
  for (const content of [
    'members: []',
    'anchors: [{ slug: a, alg: ES256 }]',
    'protection: { operations: [ALL] }',
  ])
    expect(validate(parse(`apiVersion: inmor/v1\n${content}`)), content).toBe(false)
})

test('a plan as JSON names all who stop to resolve', async () => {
  const { ids } = await inTest(registerMany(admin.server.db, admin.entityId, 2_100))
  const path = await fileWith(
    'metadataPolicy:\n  openid_relying_party:\n    policy_uri: { essential: true }\n',
  )
  const { code, stdout } = await far(['plan', path, '--json'])
  const { effect } = JSON.parse(stdout)
  const named = effect.stops.flatMap(({ entities }: { entities: { entityId: string }[] }) =>
    entities.map(({ entityId }) => entityId),
  )
  expect(code).toBe(2)
  expect(new Set(named)).toEqual(new Set(ids))
  expect(named).toHaveLength(effect.members.stops)
})
