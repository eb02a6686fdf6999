/** Tests the hash tree over the files of an export: what it says depends on the files alone. */
import { writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openFolder } from '#federation/files/folder.ts'
import {
  type Child,
  computeHash,
  type FileEntry,
  keyOf,
  parseNode,
  printNode,
} from '#federation/files/node.ts'
import { BrokenObjectError, openObjects } from '#federation/files/objects.ts'
import {
  changeTree,
  compareTrees,
  endedFiles,
  filesBelow,
  filesOfPart,
  findFile,
  objectsOf,
} from '#federation/files/tree.ts'
import { folderInFile, inFile } from '#test/helpers/in-file.ts'

const path = folderInFile('tree')
const objects = inFile(() => openObjects(openFolder(path)))

const pathOf = (at: number) => `fetch/https%3A%2F%2Frp-${at}.example.org.jwt`
const entryOf = (content: number): FileEntry => [computeHash(String(content)), 1_000 + content]
type Files = Map<string, FileEntry>

/** Each step puts a file with some content, or removes it. */
const steps = fc.array(fc.tuple(fc.nat(400), fc.option(fc.nat(3))), { maxLength: 600 })

function grow(start: Child | null, changes: [at: number, content: number | null][], size: number): Child {
  let root = start
  for (let at = 0; at < Math.max(1, changes.length); at += size) {
    const some = changes
      .slice(at, at + size)
      .map(([at, content]) => [pathOf(at), content === null ? null : entryOf(content)] as const)
    root = changeTree(objects, root, new Map(some))
  }
  if (!root) throw new Error('there is a root after a change')
  return root
}

function apply(files: Files, changes: [at: number, content: number | null][]): Files {
  const result = new Map(files)
  for (const [at, content] of changes) {
    if (content === null) result.delete(pathOf(at))
    else result.set(pathOf(at), entryOf(content))
  }
  return result
}

describe('the tree', () => {
  it('is the same for the same files, in any steps', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 300 }), (changes, size) => {
        const files = apply(new Map(), changes)
        const root = grow(null, changes, size)
        expect(changeTree(objects, null, files)).toEqual(root)
        expect(new Map(filesBelow(objects, root))).toEqual(files)
        for (const at of [0, 7, 399])
          expect(findFile(objects, root, pathOf(at))).toEqual(files.get(pathOf(at)))
        const ends = [...files.values()].map(([, end]) => end ?? 0)
        expect(root.kinds).toEqual(files.size ? { fetch: [files.size, Math.min(...ends)] } : {})
      }),
      { numRuns: 60 },
    )
  })

  it('says which files differ from those of another tree', () => {
    fc.assert(
      fc.property(steps, steps, (first, then) => {
        const [was, is] = [apply(new Map(), first), apply(apply(new Map(), first), then)]
        const [before, after] = [was, is].map((files) => changeTree(objects, null, files))
        const found = [...compareTrees(objects, before ?? null, after ?? null)]
        const expected = [...new Set([...was.keys(), ...is.keys()])]
          .map((path) => ({ path, was: was.get(path) ?? null, is: is.get(path) ?? null }))
          .filter(({ was, is }) => was?.[0] !== is?.[0])
        const inOrder = (rows: { path: string }[]) => rows.sort((a, b) => a.path.localeCompare(b.path))
        expect(inOrder(found)).toEqual(inOrder(expected))
      }),
      { numRuns: 60 },
    )
  })

  it('names the files that have ended', () => {
    const root = grow(
      null,
      [...Array(300).keys()].map((at) => [at, at]),
      300,
    )
    expect([...endedFiles(objects, root, 999)]).toEqual([])
    expect([...endedFiles(objects, root, 1_002)].sort()).toEqual([0, 1, 2].map(pathOf))
  })
})

describe('the objects of a tree', () => {
  const place = join(path, 'own')
  const own = inFile(() => openObjects(openFolder(place)))
  const names = async () => (await readdir(join(place, 'objects'))).sort()
  const namesOf = (root: Child) => [...objectsOf(own, root)].map((hash) => `${hash}.json`).sort()
  const many = new Map([...Array(300).keys()].map((at) => [pathOf(at), entryOf(at)] as const))

  it('are those of the last tree, while no manifest names another', async () => {
    let root = changeTree(own, null, many)
    for (const at of [1, 2, 3]) root = changeTree(own, root, new Map([[pathOf(at), entryOf(9)]]))
    expect(await names()).toEqual(namesOf(root))
  })

  it('stay for a while once a manifest named them', async () => {
    const first = changeTree(own, null, many)
    own.settle()
    const before = await names()
    const then = changeTree(own, first, new Map([[pathOf(5), null]]))
    own.settle()
    expect(await names()).toEqual([...new Set([...before, ...namesOf(then)])].sort())
    expect(changeTree(own, then, new Map([[pathOf(5), entryOf(5)]]))).toEqual(first)
  })

  it('are not used with other bytes', () => {
    const root = changeTree(own, null, new Map([[pathOf(1), entryOf(1)]]))
    writeFileSync(join(place, 'objects', `${root.hash}.json`), printNode({ files: {} }))
    const again = openObjects(openFolder(place))
    expect(() => findFile(again, root, pathOf(1))).toThrow(BrokenObjectError)
  })
})

it.each([
  ['{"files":{"b":["HASH",1],"a":["HASH",1]}}', 'names that are not in order'],
  ['{"files":{}} ', 'a space'],
  ['{"files":{"a":["HASH"]}}', 'no end'],
  ['{"files":{"a":["xyz",1]}}', 'a hash that is none'],
  ['{"files":{},"other":1}', 'another member'],
  ['[]', 'an array'],
])('refuses a node with %s: %s', (text) => {
  expect(() => parseNode(text.replaceAll('HASH', computeHash('')))).toThrow()
})

it('has each file in one part of each size', () => {
  const all = Array.from({ length: 300 }, (_, at) => [at, 0] as [number, number])
  for (const count of [0, 1, 60, 300]) {
    const root = count > 0 ? grow(null, all.slice(0, count), 100) : null
    for (const digits of ['a', 'b1', '0ff']) {
      const found = filesOfPart(objects, root, digits).map(([file]) => file)
      const expected = all.slice(0, count).map(([at]) => pathOf(at))
      expect(found.sort()).toEqual(expected.filter((file) => keyOf(file).startsWith(digits)).sort())
    }
  }
})
