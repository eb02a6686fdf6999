/** Installs an optional package of key stores outside of our own packages, and keeps it for later runs. */
import { execFile } from 'node:child_process'
import { access, cp, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { folderOf, type OptionalPackage } from '#federation/key-store/package.ts'

const exec = promisify(execFile)

/** Returns a folder for NODE_PATH. A folder is complete once it has its name. @throws if npm cannot install it */
export async function installOptional(name: OptionalPackage): Promise<string> {
  const manifest = join(folderOf(name), 'package.json')
  const version = JSON.parse(await readFile(manifest, 'utf8')).dependencies[name]
  const folder = join(tmpdir(), `inmor-${name.replaceAll('/', '-')}-${version}-${process.getuid?.()}`)
  const packages = join(folder, 'node_modules')
  try {
    await access(packages)
  } catch {
    const building = await mkdtemp(`${folder}-`)
    for (const file of ['package.json', 'package-lock.json'])
      await cp(join(folderOf(name), file), join(building, file))
    await exec('npm', ['ci', '--no-audit', '--no-fund', '--prefix', building])
    await rename(building, folder).catch(() => rm(building, { recursive: true })) // another process was first
  }
  return packages
}
