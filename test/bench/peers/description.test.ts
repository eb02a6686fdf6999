/** Tests that faults in the description of another server are named before anything starts. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { blocksOf } from '#test/docs/document.ts'
import { DescriptionError, readDescriptions } from './description.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'peers-'))
})
afterEach(() => rm(folder, { recursive: true }))

const valid = {
  storage: 'redis',
  start: { run: ['server', '{redis}', '{port}'] },
  ready: { path: '/' },
  endpoints: { list: '/list' },
}

async function faultsOf(description: unknown): Promise<string[]> {
  const text = typeof description === 'string' ? description : JSON.stringify(description)
  await writeFile(join(folder, 'other.json'), text)
  const error: unknown = await readDescriptions(folder).catch((reason: unknown) => reason)
  return error instanceof DescriptionError ? error.message.split('\n') : []
}

it('reads the example of the documentation', async () => {
  const blocks = await blocksOf('test/README.md')
  const example = blocks.find(({ language }) => language === 'json')
  await writeFile(join(folder, 'example.json'), example?.content ?? '')
  const [description] = await readDescriptions(folder)
  expect(description).toMatchObject({ name: 'example', folder, storage: 'own', seed: { when: 'after' } })
})

it('adds what is usual', async () => {
  await writeFile(join(folder, 'other.json'), JSON.stringify(valid))
  const [description] = await readDescriptions(folder)
  expect(description).toMatchObject({ processes: 1, files: {}, ready: { seconds: 30 } })
})

it('reads a folder without descriptions', async () => {
  expect(await readDescriptions(folder)).toEqual([])
})

it('names a folder that is not there', async () => {
  await expect(readDescriptions(join(folder, 'away'))).rejects.toThrow(
    /away cannot be read \(ENOENT\)\. Name /,
  )
})

const { start, ...withoutStart } = valid
describe.each<[string, unknown, string[]]>([
  ['text', '{', ['The file is not valid JSON: ']],
  ['a list', [], ['The description must be an object with the fields storage, ']],
  ['no command', withoutStart, ['start is missing; it must be an object with the fields run, environment.']],
  ['a command line', { ...valid, start: { run: 'server' } }, ['start.run must be a list: ']],
  ['an empty command', { ...valid, start: { run: [] } }, ['start.run must be a list: ']],
  [
    'an unknown field',
    { ...valid, readyy: 1 },
    ['The description has the unknown field "readyy"; use storage, '],
  ],
  [
    'an unknown endpoint',
    { ...valid, endpoints: { lst: '/' } },
    ['endpoints has the unknown field "lst"; use '],
  ],
  [
    'an unknown placeholder',
    { ...valid, start: { run: ['server', '{redis}', '{port}', '{prt}'] } },
    ['start.run.3 has the unknown placeholder {prt}; use {port}, '],
  ],
  [
    'a placeholder of paths',
    { ...valid, files: { a: ['{sub}'] } },
    ['files.a.0 has the unknown placeholder {sub}; '],
  ],
  [
    'a URL',
    { ...valid, endpoints: { list: 'http://a/list' } },
    ['endpoints.list must be a path that starts with /, '],
  ],
  ['a file elsewhere', { ...valid, files: { '../a': [] } }, ['files.../a ']],
  [
    'two faults',
    { ...valid, storage: 'sql', processes: 0 },
    ['storage must be "redis" or "own", not "sql".', 'processes '],
  ],
  ['Redis unused', { ...valid, start: { run: ['server', '{port}'] } }, ['storage must be "redis" if ']],
  ['Redis of nothing', { ...valid, storage: 'own' }, ['storage must be "redis" if ']],
  ['no port', { ...valid, start: { run: ['server', '{redis}'] } }, ['port is missing; ']],
  [
    'one subject',
    { ...valid, endpoints: { fetch: '/fetch' } },
    ['endpoints.fetch must have the placeholder {sub}, '],
  ],
  [
    'marks from nowhere',
    {
      ...valid,
      storage: 'own',
      start: { run: ['server', '{port}'] },
      endpoints: { trust_mark_status: '/status' },
    },
    ['endpoints.trust_mark_status needs the endpoint trust_mark, '],
  ],
])('a description with %s', (_what, description, expected) => {
  it('is refused with a sentence for each fault', async () => {
    const faults = await faultsOf(description)
    expect(faults).toEqual(expected.map((text) => expect.stringContaining(`other.json: ${text}`)))
    expect(faults.every((fault) => fault.endsWith('.'))).toBe(true)
  })
})
