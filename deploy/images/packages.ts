/** The folders of node_modules that a set of packages needs to run, as npm has laid them out. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

type Manifest = {
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  peerDependenciesMeta?: Record<string, { optional?: boolean }>
}

/** Folders relative to `root`; one inside another comes along with it and is not named. */
export async function requiredPackages(root: string, names: readonly string[]): Promise<string[]> {
  const folders = new Set(names.flatMap((name) => find(root, '', name) ?? []))
  // A set hands out what is added while it is walked.
  for (const folder of folders) {
    const manifest: Manifest = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'))
    for (const name of needsOf(manifest)) {
      const found = find(root, folder, name)
      if (found) folders.add(found)
    }
  }
  return [...folders].filter((folder) => !/node_modules\/.+\/node_modules\//.test(folder))
}

/** Packages that only some uses need are there when something else needs them. */
function needsOf({ peerDependenciesMeta = {}, ...manifest }: Manifest): string[] {
  const peers = Object.keys(manifest.peerDependencies ?? {})
  return [
    ...Object.keys(manifest.dependencies ?? {}),
    ...Object.keys(manifest.optionalDependencies ?? {}),
    ...peers.filter((name) => !peerDependenciesMeta[name]?.optional),
  ]
}

/** As Node looks for it: in the node_modules of each folder on the way up. */
function find(root: string, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(root, candidate, 'package.json'))) return candidate
    if (folder === '' || folder === '.') return undefined
  }
}
