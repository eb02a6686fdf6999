/** Installs an optional package of key stores outside of our own packages, and keeps it for later runs. */
import { execFile } from 'node:child_process'
import { access, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type OptionalPackage, optionalPackages } from '#federation/key-store/package.ts'

const exec = promisify(execFile)

/** Returns a folder for NODE_PATH. A folder is complete once it has its name. @throws if npm cannot install it */
export async function installOptional(name: OptionalPackage): Promise<string> {
  const version = optionalPackages[name]
  const folder = join(tmpdir(), `inmor-${name.replaceAll('/', '-')}-${version}-${process.getuid?.()}`)
  const packages = join(folder, 'node_modules')
  try {
    await access(packages)
  } catch {
    const building = await mkdtemp(`${folder}-`)
    await exec('npm', ['install', '--no-audit', '--no-fund', '--prefix', building, `${name}@${version}`])
    await rename(building, folder).catch(() => rm(building, { recursive: true })) // another process was first
  }
  return packages
}
