/** Tests what `npm test -- --changed` runs. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { filesReached, placeOf, testFiles, testsOf } from '#test/changed.ts'
import { always, places } from '#test/places.ts'
import { root } from './document.ts'

const tracked = execFileSync('git', ['ls-files'], { cwd: root('.'), encoding: 'utf8' })
  .split('\n')
  .filter(Boolean)
const product = tracked.filter((path) => !path.startsWith('test/'))
const startsOf = (paths: readonly string[], start: string) => paths.some((path) => path.startsWith(start))

test('every file of the product has a row', () => {
  const rows = Object.keys(places)
  expect(product.filter((path) => !rows.some((start) => path.startsWith(start)))).toEqual([])
})

test('every folder of the servers has a row of its own', () => {
  const folders = new Set(product.map((path) => `${dirname(path)}/`))
  const ofServers = [...folders].filter((path) =>
    /^(federation|server(\/(services|schema))?)\/[^/]+\/$/.test(path),
  )
  expect(ofServers.filter((path) => !(path in places))).toEqual([])
})

test('every row is about files that exist, and names tests that exist', () => {
  const tests = testFiles().map((path) => path.slice('test/'.length))
  expect(Object.keys(places).filter((start) => !startsOf(product, start))).toEqual([])
  expect([...Object.values(places).flat(), ...always].filter((start) => !startsOf(tests, start))).toEqual([])
})

test('every test is chosen by a row that does not choose all', () => {
  const starts = [...Object.values(places).flat(), ...always].filter(Boolean)
  expect(testFiles().filter((path) => !starts.some((start) => path.startsWith(`test/${start}`)))).toEqual([])
})

// A program is named by its path where a test or its helper starts it.
const program = /'((?:server|federation|prisma)\/[\w/.-]+\.(?:ts|mjs))'/g

test('a change of a program runs each test that starts it', () => {
  const starters = new Map<string, string[]>()
  for (const path of testFiles())
    for (const reached of filesReached(path).filter((each) => each.startsWith('test/')))
      for (const [, named = ''] of readFileSync(root(reached), 'utf8').matchAll(program))
        if (tracked.includes(named)) starters.set(named, [...(starters.get(named) ?? []), path])
  expect(starters.size).toBeGreaterThan(5)
  for (const [named, by] of starters) {
    const chosen = new Set(testsOf([named]))
    expect(
      by.filter((path) => !chosen.has(path)),
      named,
    ).toEqual([])
  }
})

test('a change of a rule runs the tests of its noun, and few others', () => {
  const chosen = testsOf(['server/services/trust-mark/terms.ts'])
  expect(chosen).toContain('test/server/trust-mark/type.test.ts')
  expect(chosen).toContain('test/e2e/trust-mark.spec.ts')
  expect(chosen.length).toBeLessThan(testFiles().length / 4)
})

test('what no row and no import knows runs every test', () => {
  expect(placeOf('a-new-folder/file.ts')).toEqual([''])
  expect(testsOf(['a-new-folder/file.ts'])).toEqual(testFiles())
})
