/**
 * Finds and loads optional packages. Each has a manifest of its own beside what imports it, which names the tested version, its
 * hash, and whether npm may build it. `npm ci` beside our own packages leaves it alone.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { packageFolders } from './environment.ts'

const require = createRequire(import.meta.url)

/** The folders of the manifests, in which npm installs the packages. */
const folders = {
  pkcs11js: 'packages/pkcs11js',
  '@aws-sdk/client-kms': 'packages/client-kms',
} as const
export type OptionalPackage = keyof typeof folders

export const folderOf = (name: OptionalPackage): string => join(import.meta.dirname, folders[name])

/** In its folder, in our node_modules, or in a folder of NODE_PATH. Null if it is not installed. */
export function findPackage(name: OptionalPackage): string | null {
  try {
    return require.resolve(name, { paths: [folderOf(name), ...packageFolders()] })
  } catch {
    return null
  }
}

export const missingPackage = (name: OptionalPackage) =>
  `The package ${name} is not installed. Install it: npm ci --prefix "${folderOf(name)}"`

/** @throws Error with a sentence if it is not installed or cannot be loaded */
export function loadPackage(name: OptionalPackage): unknown {
  const file = findPackage(name)
  if (!file) throw new Error(missingPackage(name))
  return require(file)
}
