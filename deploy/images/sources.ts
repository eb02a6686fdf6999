/** Finds the files that a program imports, directly and indirectly, and the packages that they name. */
import { readFile } from 'node:fs/promises'
import { builtinModules, stripTypeScriptTypes } from 'node:module'
import { join, relative } from 'node:path'
import { init, parse } from 'es-module-lexer'

export type Reached = { sources: string[]; packages: string[] }

/** Paths are relative to `root`. Imports of files in `leftOut` are ignored. */
export async function reachableFiles(
  root: string,
  programs: readonly string[],
  leftOut: readonly string[],
): Promise<Reached> {
  const { imports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const sources = new Set<string>(programs)
  const packages = new Set<string>()
  // A set also iterates over items added during the iteration.
  for (const source of sources) {
    for (const specifier of await importsOf(join(root, source))) {
      const file = fileOf(specifier, source, imports)
      if (file && leftOut.includes(file)) continue
      if (file) sources.add(file)
      else if (!specifier.startsWith('node:') && !builtinModules.includes(specifier))
        packages.add(packageOf(specifier))
    }
  }
  return { sources: [...sources], packages: [...packages] }
}

async function importsOf(path: string): Promise<string[]> {
  if (!path.endsWith('.ts')) return [] // JSON and text
  await init
  const [imports] = parse(stripTypeScriptTypes(await readFile(path, 'utf8')))
  return imports.flatMap(({ n: specifier }) => specifier ?? [])
}

function fileOf(specifier: string, from: string, imports: Record<string, string>): string | undefined {
  if (specifier.startsWith('.')) return relative('/', join('/', from, '..', specifier))
  const alias = Object.keys(imports).find((each) => specifier.startsWith(each.replace('*', '')))
  if (!alias) return undefined
  const target = imports[alias] ?? ''
  return relative('.', target.replace('*', specifier.slice(alias.length - 1)))
}

/** `@scope/name/part` is a part of `@scope/name`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
