/** Makes `recorded.json.gz` of what a recorded run has noted: for each file of the product the tests of its change. */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { choose, type Recorded } from './choice.ts'
import type { Executed } from './coverage.ts'
import { filesReached, productFiles, root, testFiles } from './imports.ts'

/** The tests of each file of the product and of each model of the database, by their place in `tests`. */
export type Recording = { tests: string[]; files: Record<string, number[]>; models: Record<string, number[]> }

const file = new URL('recorded.json.gz', import.meta.url)

export const readRecording = (): Recording => JSON.parse(gunzipSync(readFileSync(file)).toString())

/** @param secondsOf processor time of each test file */
export function writeRecording(folder: string, secondsOf: ReadonlyMap<string, number>): void {
  const noted = globSync('*/test', { cwd: folder }).map((path) => join(folder, dirname(path)))
  const inStart = executedInEachStart(noted)
  const ofConsole = testFiles()
    .filter((test) => test.startsWith('test/web/'))
    .map((test) => importedBy(test, secondsOf.get(test) ?? 0))
  const all = [...ofConsole, ...noted.map((each) => recordedOf(each, secondsOf, inStart))]
  const withStart = noted.map((each) => recordedOf(each, secondsOf))
  all.sort((a, b) => (a.test < b.test ? -1 : 1))
  const tests = all.map(({ test }) => test)
  const placed = (chosen: readonly string[]) => chosen.map((test) => tests.indexOf(test))
  const product = productFiles()
  const chosenFor = (path: string) => {
    const chosen = choose(path, all)
    return chosen.length > 0 ? chosen : choose(path, withStart)
  }
  const files = Object.fromEntries(product.map((path) => [path, placed(chosenFor(path))]))
  const ofModels = modelNames().map((model): [string, number[]] => {
    const asFolder = all.map((each) => ofModel(model, each))
    return [model, placed(choose(`${kebab(model)}/rows`, asFolder, 0))]
  })
  const models = Object.fromEntries(ofModels)
  const recording: Recording = { tests, files: withoutEmpty(files), models: withoutEmpty(models) }
  writeFileSync(file, gzipSync(JSON.stringify(recording), { level: 9 }))
}

const withoutEmpty = (lists: Record<string, number[]>) =>
  Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0))

const readExecuted = (path: string): Executed => JSON.parse(readFileSync(path, 'utf8'))

/** A compiler stands between these tests and what they execute: what they import says what they are about. */
const importedBy = (test: string, seconds: number): Recorded => ({
  test,
  seconds,
  executed: new Map([...filesReached([test])].map((path) => [path, new Set(['imported'])])),
})

const TESTS = 10
const SHARE = 0.9

/**
 * Functions that almost every program executes that loads their file, in many tests: a start says nothing about what a test
 * is about. A test may have them by chance, as the first in its worker.
 */
function executedInEachStart(folders: readonly string[]): Map<string, ReadonlySet<number>> {
  const programs = folders.flatMap((folder) =>
    globSync('????????-*.json', { cwd: folder }).map((name) => ({
      folder,
      executed: readExecuted(join(folder, name)),
    })),
  )
  const loads = new Map<string, { tests: Set<string>; programs: number; times: Map<number, number> }>()
  for (const { folder, executed } of programs)
    for (const [path, starts] of Object.entries(executed)) {
      const load = loads.get(path) ?? { tests: new Set(), programs: 0, times: new Map() }
      loads.set(path, load)
      load.tests.add(folder)
      load.programs++
      for (const start of starts) load.times.set(start, (load.times.get(start) ?? 0) + 1)
    }
  return new Map(
    [...loads].map(([path, { tests, programs, times }]) => {
      const common = [...times].filter(([, count]) => tests.size >= TESTS && count >= SHARE * programs)
      return [path, new Set(common.map(([start]) => start))]
    }),
  )
}

function recordedOf(
  folder: string,
  secondsOf: ReadonlyMap<string, number>,
  inStart: ReadonlyMap<string, ReadonlySet<number>> = new Map(),
): Recorded {
  const test = readFileSync(join(folder, 'test'), 'utf8')
  const executed = new Map<string, Set<number | string>>()
  const note = (path: string, key: number | string) => {
    executed.set(path, (executed.get(path) ?? new Set()).add(key))
  }
  for (const name of globSync('*.json', { cwd: folder }))
    if (name !== 'visited.json')
      for (const [path, starts] of Object.entries(readExecuted(join(folder, name))))
        for (const start of starts) if (start !== 0 && !inStart.get(path)?.has(start)) note(path, start)
  for (const name of globSync('visited.json', { cwd: folder }))
    for (const route of routesOf(JSON.parse(readFileSync(join(folder, name), 'utf8'))))
      for (const path of filesOfRoute(route)) note(path, route)
  return { test, seconds: secondsOf.get(test) ?? 0, executed }
}

const routes = productFiles().filter((path) => path.endsWith('/+page.svelte'))
const expressions = new Map(
  routes.map((path) => {
    const folders = dirname(path)
      .split('/')
      .slice(3)
      .filter((name) => !name.startsWith('('))
    const pattern = folders.map((name) => (name.startsWith('[') ? '[^/]+' : name)).join('/')
    return [path, RegExp(`^(/a/[^/]+)?/${pattern}/?$`)]
  }),
)

/** The pages at some paths; a word before a parameter, as `new` before `[id]`. */
function routesOf(visited: readonly string[]): Set<string> {
  const first = [...routes].sort((a, b) => a.split('[').length - b.split('[').length)
  return new Set(visited.flatMap((path) => first.find((route) => expressions.get(route)?.test(path)) ?? []))
}

const reachedFrom = new Map<string, Set<string>>()

/** What a page and the layouts around it import. */
function filesOfRoute(route: string): Set<string> {
  const known = reachedFrom.get(route)
  if (known) return known
  const folders = dirname(route).split('/')
  const around = folders.map((_name, index) => folders.slice(0, index + 1).join('/'))
  const files = around.flatMap((folder) => globSync(`${escaped(folder)}/+*.{ts,svelte}`, { cwd: root }))
  const own = files.filter((path) => dirname(path) === dirname(route) || !path.includes('+page'))
  const reached = filesReached(own)
  reachedFrom.set(route, reached)
  return reached
}

const escaped = (folder: string) => folder.replace(/[[\]()]/g, '[$&]')

function modelNames(): string[] {
  const text = readFileSync(join(root, 'prisma/schema.prisma'), 'utf8')
  return [...text.matchAll(/^model (\w+) \{/gm)].map(([, name = '']) => name)
}

const kebab = (name: string) => name.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()

/** The same test, as what it executes of the files that name a model. */
function ofModel(model: string, recorded: Recorded): Recorded {
  const files = filesNaming(model).filter((path) => recorded.executed.has(path))
  const executed = new Map(files.length > 0 ? [[`${kebab(model)}/rows`, new Set(files)]] : [])
  return { ...recorded, executed }
}

const naming = new Map<string, string[]>()

function filesNaming(model: string): string[] {
  const known = naming.get(model)
  if (known) return known
  const client = `${model[0]?.toLowerCase()}${model.slice(1)}`
  const word = RegExp(`\\.${client}\\s*\\.\\w+\\(|"${model}"|prisma\\w+\\('${model}'`)
  const found = productFiles().filter((path) => word.test(readFileSync(join(root, path), 'utf8')))
  naming.set(model, found)
  return found
}
