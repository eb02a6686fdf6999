/**
 * Chooses the tests of a change, for `npm test -- --changed`: those that import it without a program around it, and
 * those of its row in places.ts. It is for the loop of work; only a complete run proves everything.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import packageJson from '../package.json' with { type: 'json' }
import { always, places } from './places.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Paths that differ from a commit, new files included. */
export function changedFiles(since: string): string[] {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\n')
  const paths = [
    ...git('diff', '--name-only', '--relative', since),
    ...git('ls-files', '--others', '--exclude-standard'),
  ]
  return paths.filter(Boolean)
}

export const testFiles = (): string[] =>
  globSync('test/**/*.{test,spec}.ts', { cwd: root, exclude: ['test/node_modules/**'] }).sort()

/** The test files that a change of these paths concerns, sorted. */
export function testsOf(changed: readonly string[]): string[] {
  const tests = testFiles()
  const below = (starts: readonly string[]) =>
    tests.filter((test) => starts.some((start) => test.startsWith(`test/${start}`)))
  const importers = findImporters(tests)
  const concerned = (path: string): string[] => {
    const importing = [...(importers.get(path) ?? [])]
    if (!path.startsWith('test/')) return [...importing, ...below(placeOf(path))]
    // A test imports itself. What no test imports may be read by any.
    return importing.length > 0 || !existsSync(join(root, path)) ? importing : tests
  }
  const chosen = new Set([...changed.flatMap(concerned), ...below(always)])
  return tests.filter((test) => chosen.has(test))
}

/** The row with the longest beginning of the path, or every test. */
export function placeOf(path: string): readonly string[] {
  const [longest = ''] = Object.keys(places)
    .filter((start) => path.startsWith(start))
    .sort((a, b) => b.length - a.length)
  return places[longest] ?? ['']
}

/** For each file the tests that import it, also through other files. */
function findImporters(tests: readonly string[]): Map<string, Set<string>> {
  const importers = new Map<string, Set<string>>()
  for (const test of tests)
    for (const path of filesReached(test)) importers.set(path, (importers.get(path) ?? new Set()).add(test))
  return importers
}

const importsByPath = new Map<string, string[]>()

/** The file and those that it imports, also through other files. */
export function filesReached(from: string): string[] {
  const reached = new Set([from])
  // A set also iterates over items added during the iteration.
  for (const path of reached) {
    const imports = importsByPath.get(path) ?? importsOf(path)
    importsByPath.set(path, imports)
    for (const imported of imports) reached.add(imported)
  }
  return [...reached]
}

/** Files that put a whole program together. Almost every test has one; which change concerns which, places.ts says. */
const assembly =
  /^(federation|server)\/(app|start|anchors\/(app|open-anchors?)|process\/\w+|schema\/(index|schema))\.ts$/

/** Our files that a file imports; of an assembly and of a helper only other helpers. */
function importsOf(path: string): string[] {
  if (assembly.test(path) || !path.endsWith('.ts') || !existsSync(join(root, path))) return []
  const text = readFileSync(join(root, path), 'utf8')
  const specifiers = [...text.matchAll(/(?:\bfrom|\bimport\(?)\s*'([^']+)'/g)].map(
    ([, specifier = '']) => specifier,
  )
  const files = specifiers.flatMap((specifier) => fileOf(specifier, path) ?? [])
  return path.startsWith('test/helpers/') ? files.filter((file) => file.startsWith('test/')) : files
}

function fileOf(specifier: string, from: string): string | undefined {
  if (specifier.startsWith('.')) return join(from, '..', specifier)
  for (const [alias, target] of Object.entries(packageJson.imports)) {
    const start = alias.replace('*', '')
    if (specifier.startsWith(start)) return join(target.replace('*', specifier.slice(start.length)))
  }
  return undefined
}
