/**
 * Assembles the application directory of an image: the sources that its programs import and the packages that those
 * need, nothing else. The Dockerfile and a test run `node deploy/images/assemble.ts ta /image`.
 */
import { chmod, cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Image, images, leftOut } from './images.ts'
import { requiredPackages } from './packages.ts'
import { reachableFiles } from './sources.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** `copyPackages` may have another way for what is large: the folders of packages, relative to the root. */
export async function assemble(
  { programs, files, commands }: Image,
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
  for (const path of paths) {
    await mkdir(dirname(join(target, path)), { recursive: true })
    await cp(join(root, path), join(target, path), { recursive: true, verbatimSymlinks: true })
  }
}

/** The part of package.json that the code reads at run time. */
async function packageJson(): Promise<string> {
  const { default: manifest } = await import('../../package.json', { with: { type: 'json' } })
  const { name, version, type, imports } = manifest
  return `${JSON.stringify({ name, version, private: true, type, imports }, null, 2)}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name = '', target] = process.argv.slice(2)
  const image = Object.entries(images).find(([key]) => key === name)?.[1]
  if (!image || !target) {
    process.stderr.write(`Usage: assemble.ts ${Object.keys(images).join('|')} DIRECTORY\n`)
    process.exit(1)
  }
  await assemble(image, target)
}
