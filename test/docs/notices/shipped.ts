/** Finds the packages that we ship: what the servers need at run time, and what the console's bundle can contain. */
import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import packageJson from '../../../package.json' with { type: 'json' }
import { root } from '../document.ts'

/** Each part that we ship: the folder of its lock file and `node_modules`, and the packages that its code names. */
const parts: readonly { folder: string; names: () => Promise<string[]> }[] = [
  { folder: '', names: async () => Object.keys(packageJson.dependencies) },
  // The build copies GraphiQL (web/vite/graphiql.ts).
  {
    folder: 'web',
    names: async () => ['@graphql-yoga/render-graphiql', ...(await importedBy('web/src'))],
  },
]

/** Peers that build the console and are not in its bundle. */
const builders = ['@sveltejs/vite-plugin-svelte', 'typescript', 'vite']

const names = z.record(z.string(), z.string()).default({})
const entry = z.object({
  version: z.string().default(''),
  license: z.string().optional(),
  dependencies: names,
  peerDependencies: names,
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean().optional() })).default({}),
  // Those for one platform only are parts of build tools.
  os: z.unknown().optional(),
  cpu: z.unknown().optional(),
})
const lockFile = z.object({ packages: z.record(z.string(), entry) })
type Lock = z.output<typeof lockFile>['packages']

export type Shipped = { name: string; version: string; license: string | undefined; folder: string }

/** Each version once, sorted by name. */
export async function shippedPackages(): Promise<Shipped[]> {
  const found = new Map<string, Shipped>()
  for (const part of parts) {
    const text = await readFile(root(join(part.folder, 'package-lock.json')), 'utf8')
    const lock = lockFile.parse(JSON.parse(text)).packages
    for (const path of closure(lock, await part.names())) {
      const { version = '', license } = lock[path] ?? {}
      const name = path.split('node_modules/').at(-1) ?? path
      const key = `${name} ${version}`
      if (!found.has(key)) found.set(key, { name, version, license, folder: join(part.folder, path) })
    }
  }
  return [...found.values()].sort((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1))
}

/** The paths in the lock file of the packages and all that they need. */
function closure(lock: Lock, wanted: readonly string[]): Set<string> {
  const paths = new Set(wanted.flatMap((name) => find(lock, '', name) ?? []))
  // A set also iterates over items added during the iteration.
  for (const path of paths) {
    for (const name of needsOf(lock[path])) {
      const needed = find(lock, path, name)
      if (needed && !lock[needed]?.os && !lock[needed]?.cpu) paths.add(needed)
    }
  }
  return paths
}

function needsOf(each: Lock[string] | undefined): string[] {
  if (!each) return []
  const peers = Object.keys(each.peerDependencies).filter(
    (name) => !each.peerDependenciesMeta[name]?.optional && !builders.includes(name),
  )
  return [...Object.keys(each.dependencies), ...peers]
}

/** Resolves a package as Node does: in the node_modules of each parent package. */
function find(lock: Lock, from: string, name: string): string | undefined {
  for (let path = from; ; path = path.slice(0, Math.max(0, path.lastIndexOf('node_modules/') - 1))) {
    const candidate = join(path, 'node_modules', name)
    if (lock[candidate]) return candidate
    if (path === '') return undefined
  }
}

/** The packages that scripts and style sheets import. Other quoted words are not in a lock file. */
async function importedBy(folder: string): Promise<string[]> {
  const imported = new Set<string>()
  for await (const path of glob(`${folder}/**/*.{ts,svelte,css}`, { cwd: root() })) {
    const text = await readFile(root(path), 'utf8')
    for (const [, name = ''] of text.matchAll(
      /(?:from|import|@plugin)[ (]*['"]((?:@[\w.-]+\/)?[\w-][\w.-]*)/g,
    ))
      imported.add(name)
  }
  return [...imported]
}
