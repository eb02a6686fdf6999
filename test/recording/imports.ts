/** Which of our files imports which, from their text. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import packageJson from '../../package.json' with { type: 'json' }

export const root = fileURLToPath(new URL('../..', import.meta.url))

export const testFiles = (): string[] =>
  globSync('test/**/*.{test,spec}.ts', { cwd: root, exclude: ['test/node_modules/**'] }).sort()

export const productFiles = (): string[] =>
  globSync('{federation,prisma,server,web/src}/**/*.{ts,svelte,mjs,css}', {
    cwd: root,
    exclude: ['**/generated/**', '**/gql/**'],
  }).sort()

const specifier = /(?:\bfrom|\bimport\(?)\s*'([^']+)'/g
const known = new Map<string, readonly string[]>()

/** Our files that a file imports. */
export function importsOf(path: string): readonly string[] {
  const before = known.get(path)
  if (before) return before
  const text =
    /\.(ts|svelte|mjs)$/.test(path) && existsSync(join(root, path))
      ? readFileSync(join(root, path), 'utf8')
      : ''
  const imports = [...text.matchAll(specifier)].flatMap(([, name = '']) => fileOf(name, path) ?? [])
  known.set(path, imports)
  return imports
}

/** The files and those that they import, also through other files; a file of `end` is reached, but not entered. */
export function filesReached(from: readonly string[], end = /^$/): Set<string> {
  const reached = new Set(from)
  // A set also iterates over items added during the iteration.
  for (const path of reached)
    if (!end.test(path)) for (const imported of importsOf(path)) reached.add(imported)
  return reached
}

function fileOf(name: string, from: string): string | undefined {
  if (name.startsWith('.')) return join(from, '..', name)
  for (const [alias, target] of Object.entries(packageJson.imports)) {
    const start = alias.replace('*', '')
    if (name.startsWith(start)) return join(target.replace('*', name.slice(start.length)))
  }
  return undefined
}
