/** Finds the folders of node_modules that a set of packages needs at run time. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

type Manifest = {
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  peerDependenciesMeta?: Record<string, { optional?: boolean }>
}

/** Folders relative to `root`, without folders inside others. */
export async function requiredPackages(root: string, names: readonly string[]): Promise<string[]> {
  const folders = new Set(names.flatMap((name) => find(root, '', name) ?? []))
  // A set also iterates over items added during the iteration.
  for (const folder of folders) {
    const manifest: Manifest = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'))
    for (const name of needsOf(manifest)) {
      const found = find(root, folder, name)
      if (found) folders.add(found)
    }
  }
  return [...folders].filter((folder) => !/node_modules\/.+\/node_modules\//.test(folder))
}

/** Optional dependencies are for other systems. Optional peers count only if another package requires them. */
function needsOf({ peerDependenciesMeta = {}, ...manifest }: Manifest): string[] {
  const peers = Object.keys(manifest.peerDependencies ?? {})
  return [
    ...Object.keys(manifest.dependencies ?? {}),
    ...peers.filter((name) => !peerDependenciesMeta[name]?.optional),
  ]
}

/** Resolves a package as Node does: in the node_modules of each parent folder. */
function find(root: string, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(root, candidate, 'package.json'))) return candidate
    if (folder === '' || folder === '.') return undefined
  }
}
