/** Tests conversions that are repeated: what changed at the source is said, and a source that is away changes nothing. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { adminInFile } from '#test/helpers/admin.ts'
import { folderInTest } from '#test/helpers/in-file.ts'
import { run } from '#test/helpers/program.ts'
import { groupXml } from '#test/helpers/saml-metadata.ts'
import { memberInFile, register, startLeaf } from '#test/helpers/subordinate.ts'
import { convert } from './convert.ts'

/** About a second. */
const OFTEN = ['--follow', '0.0003']

const admin = adminInFile()
const leaf = memberInFile(admin)
const published = () => admin.server.publisher.flush(10_000)

beforeAll(() => register(admin, leaf))

const ended = async (program: ReturnType<typeof run>) => {
  program.kill('SIGTERM')
  return (await program.ended).code
}

test('a conversion says what changed since the file before', async () => {
  const folder = await folderInTest('inmor-follow')
  const again = async () => (await convert('federation', admin.entityId, '-o', folder)).stdout
  const file = join(folder, 'main.yaml')
  expect(await again()).toBe(`${file}: 1 member, 0 Trust Marks.\n`)
  expect(await again()).toBe(`${file}: 1 member, 0 Trust Marks. Nothing has changed at the source.\n`)
  const { db } = admin.server
  const { id } = await db.subordinate.findUniqueOrThrow({ where: { entityId: leaf.id } })
  const input = { id: btoa(`Subordinate:${id}`), constraints: { max_path_length: 0 } }
  await admin.mutate('updateSubordinate', input, 'id')
  await admin.mutate('createTrustMarkType', { type: 'https://ta.example.org/marks/new' }, 'id')
  await published()
  const changed = await convert('federation', admin.entityId, '-o', folder, '--json')
  expect(JSON.parse(changed.stdout).changes).toContainEqual({ section: 'settings', key: '', verb: 'CHANGE' })
  await writeFile(file, 'not: [yaml')
  expect(await again()).toBe(`${file}: 1 member, 0 Trust Marks.\n`)
})

test('an anchor is followed', async () => {
  const folder = await folderInTest('inmor-follow')
  const following = run('server/cli/inmor.ts', [
    ...['convert', 'federation', admin.entityId, '-o', folder, '--allow-http'],
    ...OFTEN,
  ])
  await following.printed(/: 1 member, 0 Trust Marks\.\n/)
  const other = await startLeaf(admin)
  await register(admin, other)
  // The constraints are no longer the same for all members, which is a change of the settings.
  const [, named] = await following.printed(/At the source: .*1 member new \((\S+)\)/)
  expect(named).toBe(other.id)
  expect(parse(await readFile(join(folder, 'main.yaml'), 'utf8')).members).toHaveLength(2)
  // The keys of the first conversion count, and are named once.
  expect(following.stderr().match(/trusted/g)).toHaveLength(1)
  expect(await ended(following)).toBe(0)
})

test('metadata that cannot be read leaves the files as they were, and is read again', async () => {
  const folder = await folderInTest('inmor-follow')
  const source = join(folder, 'edu.xml')
  const [first, second] = [{ entityId: 'https://a.example.org' }, { entityId: 'https://b.example.org' }]
  await writeFile(source, groupXml([first, second]))
  const following = run('server/cli/inmor.ts', [
    ...['convert', 'saml', source, '--unsigned', '-o', join(folder, 'edu')],
    ...OFTEN,
  ])
  await following.printed(/Awaited members: 2\./)
  const before = await readFile(join(folder, 'edu', 'awaited-members.yaml'), 'utf8')
  await writeFile(source, '<bad')
  await following.printed(/^The files stay as they were: .*not well-formed/m)
  expect(await readFile(join(folder, 'edu', 'awaited-members.yaml'), 'utf8')).toBe(before)
  await writeFile(source, groupXml([second]))
  await following.printed(/At the source: 1 awaited member gone \(https:\/\/a\.example\.org\)\./)
  expect(await ended(following)).toBe(0)
})

test.each([
  [['--follow', '2'], '--follow needs --output, a folder for the files.'],
  [['--follow', '0'], 'Use a number of hours, at most 720.'],
  [['--follow', 'daily'], 'Use a number of hours, at most 720.'],
])('%j is refused', async (args, message) => {
  const { code, stderr } = await convert('federation', admin.entityId, ...args)
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) })
})
