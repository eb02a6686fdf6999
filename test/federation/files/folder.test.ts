/** Tests that the compressed form of a list never has other content than the list. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { openFolder } from '#federation/files/folder.ts'
import { folderInTest } from '#test/helpers/in-file.ts'

const list = 'list/all.json'
const long = (text: string) => Buffer.from(JSON.stringify(Array(500).fill(text)))

async function open() {
  const path = await folderInTest('folder')
  const folder = openFolder(path)
  folder.prepare()
  const compressed = (file = list) => join(path, `${file}.gz`)
  const content = () => (existsSync(compressed()) ? gunzipSync(readFileSync(compressed())) : null)
  return { path, folder, compressed, content }
}

it('has the compressed form of long lists and pages, and of nothing else', async () => {
  const { folder, compressed } = await open()
  for (const [file, has] of [
    [list, true],
    ['trust_mark_list/x.json', true],
    ['collection/from/x.json', true],
    ['fetch/x.jwt', false],
    ['objects/x.json', false],
  ] as const) {
    folder.put(file, long('a'))
    expect(existsSync(compressed(file)), file).toBe(has)
  }
  folder.put(list, Buffer.from('[]'))
  expect(existsSync(compressed())).toBe(false)
})

it('changes and removes both', async () => {
  const { folder, content, compressed } = await open()
  for (const text of ['a', 'b', 'a']) {
    expect(folder.put(list, long(text))).toBe(true)
    expect(content()).toEqual(long(text))
  }
  expect(folder.remove(list)).toBe(true)
  expect(existsSync(compressed())).toBe(false)
})

it('makes it again when it is missing, half, or of another list', async () => {
  const { folder, content, compressed } = await open()
  folder.put(list, long('a'))
  for (const damage of [
    () => rmSync(compressed()),
    () => writeFileSync(compressed(), gzipSync(long('a')).subarray(0, 20)),
    () => writeFileSync(compressed(), gzipSync(long('b'))),
  ]) {
    damage()
    expect(folder.put(list, long('a'))).toBe(false)
    expect(content()).toEqual(long('a'))
  }
})

it('has none rather than that of the list before, wherever a change is interrupted', async () => {
  const { path, folder, content } = await open()
  folder.put(list, long('a'))
  // As a full disk: the next write fails.
  rmSync(join(path, '.tmp'), { recursive: true })
  writeFileSync(join(path, '.tmp'), '')
  expect(() => folder.put(list, long('b'))).toThrow()
  expect([folder.read(list), content()]).toEqual([long('a'), null])
  rmSync(join(path, '.tmp'))
  // The compressed form cannot take its place.
  mkdirSync(join(path, `${list}.gz`))
  expect(() => folder.put(list, long('b'))).toThrow()
})

async function* partsOf(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text)
}

it('writes a list part by part, as one that is written at once', async () => {
  const { path, folder, content, compressed } = await open()
  const inode = () => statSync(join(path, list)).ino
  const text = long('a').toString()
  const halves = () => partsOf(text.slice(0, 1_000), text.slice(1_000))
  const { hash, isNew } = await folder.putParts(list, halves())
  expect([isNew, hash]).toEqual([true, folder.hashOf(list)])
  expect([folder.read(list), content()]).toEqual([long('a'), long('a')])
  const before = inode()
  rmSync(compressed())
  expect(await folder.putParts(list, halves())).toEqual({ hash, isNew: false })
  expect([inode(), content()]).toEqual([before, long('a')])
  expect(folder.put(list, long('a'))).toBe(false)
  expect((await folder.putParts(list, partsOf('[]'))).isNew).toBe(true)
  expect([folder.read(list)?.toString(), existsSync(compressed())]).toEqual(['[]', false])
})

it('keeps the list when its parts end with an error', async () => {
  const { path, folder, content } = await open()
  folder.put(list, long('a'))
  async function* failing() {
    yield long('b')
    throw new Error('away')
  }
  await expect(folder.putParts(list, failing())).rejects.toThrow('away')
  expect(readdirSync(join(path, '.tmp'))).toEqual([])
  expect([folder.read(list), content()]).toEqual([long('a'), long('a')])
  expect((await folder.putParts(list, partsOf('[]'))).isNew).toBe(true)
})

it('lets other work in between the parts of a list, and of its compressed form', async () => {
  const { path, folder, content } = await open()
  const other = 'fetch/x.jwt'
  /** It is read in parts of a megabyte to be compressed. */
  const text = JSON.stringify(Array(600_000).fill('abc'))
  const seen: boolean[] = []
  const between = async () => {
    seen.push(folder.has(list))
    folder.put(other, Buffer.from(String(seen.length)))
  }
  await folder.putParts(list, partsOf(text.slice(0, 9), text.slice(9)), between)
  expect(seen.filter((isCompressing) => !isCompressing)).toHaveLength(2)
  expect(seen.filter((isCompressing) => isCompressing)).toHaveLength(Math.ceil(text.length / 2 ** 20))
  expect(folder.read(other)?.toString()).toBe(String(seen.length))
  expect([folder.read(list)?.toString() === text, content()?.toString() === text]).toEqual([true, true])
  expect(readdirSync(join(path, '.tmp'))).toEqual([])
})
