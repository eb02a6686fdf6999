/**
 * Assembles the application directory of an image or of the release: the sources that its programs import and the packages
 * that those need, nothing else. The Dockerfile and a test run `node deploy/images/assemble.ts ta /image`. The directory of
 * the release is a package for npm too.
 */
import { chmod, cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { images, type Layout, release } from './images.ts'
import { requiredPackages } from './packages.ts'
import { reachableFiles } from './sources.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Files of packages that no program loads: source maps and declarations of types. */
const unused = /\/node_modules\/.*\.(map|d\.[cm]?ts)$/

/** `copyPackages` may have another way for what is large: the folders of packages, relative to the root. */
export async function assemble(
  { programs, files, commands, leftOut }: Layout,
  target: string,
  copyPackages = copyAll,
): Promise<void> {
  const { sources, packages } = await reachableFiles(root, programs, leftOut)
  await copyAll([...sources, ...files], target)
  await copyPackages(await requiredPackages(root, packages), target)
  await writeFile(join(target, 'package.json'), await packageJson())
  for (const program of programs) await chmod(join(target, program), 0o755)
  for (const [name, program] of Object.entries(commands)) await symlink(program, join(target, name))
}

async function copyAll(paths: readonly string[], target: string): Promise<void> {
  const filter = (source: string) => !unused.test(source)
  for (const path of paths) {
    await mkdir(dirname(join(target, path)), { recursive: true })
    await cp(join(root, path), join(target, path), { recursive: true, verbatimSymlinks: true, filter })
  }
}

/** What the code reads at run time, and what npm needs to install the packages. */
async function packageJson(): Promise<string> {
  const { default: manifest } = await import('../../package.json', { with: { type: 'json' } })
  const { name, version, description, license, type, engines, bin, imports } = manifest
  const { dependencies } = manifest
  const scripts = { start: manifest.scripts.start }
  const kept = {
    name,
    version,
    description,
    license,
    private: true,
    type,
    engines,
    bin,
    scripts,
    imports,
    dependencies,
  }
  return `${JSON.stringify(kept, null, 2)}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name = '', target] = process.argv.slice(2)
  const layouts: Readonly<Record<string, Layout>> = { ...images, release }
  const layout = layouts[name]
  if (!layout || !target) {
    process.stderr.write(`Usage: assemble.ts ${Object.keys(layouts).join('|')} DIRECTORY\n`)
    process.exit(1)
  }
  await assemble(layout, target)
}
