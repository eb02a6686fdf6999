/** Tests what a comparison has noted about files, in memory and in temporary files. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createNoted } from '#federation/export/noted.ts'
import { openFolder } from '#federation/files/folder.ts'
import { computeHash, type FileEntry, keyOf } from '#federation/files/node.ts'
import { folderInFile } from '#test/helpers/in-file.ts'

/** More than the memory holds. */
const COUNT = 20_000

const path = folderInFile('noted')
const create = () => createNoted(openFolder(path))
const pathOf = (at: number) => `fetch/https%3A%2F%2Frp-${at}.example.org.jwt`
const entryOf = (at: number): FileEntry => [computeHash(String(at)), at % 2 ? at : null]
const stored = () => readdirSync(join(path, '.tmp'))

it('has each file in the part of its key, with what was noted last', () => {
  const noted = create()
  for (let at = 0; at < COUNT; at++) noted.add(pathOf(at), entryOf(at))
  expect(stored().length).toBeGreaterThan(0)
  for (let at = 0; at < COUNT; at += 3) noted.add(pathOf(at), at % 2 ? null : entryOf(at + 1))
  let count = 0
  for (const [digits, entries] of noted.take()) {
    for (const [file, entry] of entries) {
      const at = Number(/\d+/.exec(file.replace('%3A%2F%2F', ''))?.[0])
      expect(keyOf(file).startsWith(digits)).toBe(true)
      expect(entry).toEqual(at % 3 ? entryOf(at) : at % 2 ? null : entryOf(at + 1))
      count += 1
    }
  }
  expect(count).toBe(COUNT)
  expect(stored()).toEqual([])
})

it('takes nothing for a part that was taken', () => {
  const noted = create()
  const parts = noted.take()
  parts.next()
  const files = Array.from({ length: 2_000 }, (_, at) => pathOf(at))
  const isTaken = (file: string) => keyOf(file).startsWith('00')
  for (const file of files) expect(noted.add(file, entryOf(1))).toBe(!isTaken(file))
  const rest = [...parts].flatMap(([, entries]) => [...entries.keys()])
  expect(rest.sort()).toEqual(files.filter((file) => !isTaken(file)).sort())
})

it('leaves no temporary file when it is closed', () => {
  const noted = create()
  for (let at = 0; at < COUNT; at++) noted.add(pathOf(at), entryOf(at))
  noted.close()
  expect(stored()).toEqual([])
})
