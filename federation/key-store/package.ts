/** Finds and loads optional packages: from our node_modules, or from a folder of NODE_PATH. */
import { createRequire } from 'node:module'
import { packageFolders } from '../config/inherited.ts'

const require = createRequire(import.meta.url)

/** The tested versions, which package.json names as optional peers. `npm ci` does not install them. */
export const optionalPackages = { pkcs11js: '2.1.7', '@aws-sdk/client-kms': '3.1164.0' } as const
export type OptionalPackage = keyof typeof optionalPackages

/** Null if it is not installed. */
export function findPackage(name: OptionalPackage): string | null {
  try {
    return require.resolve(name, { paths: [import.meta.dirname, ...packageFolders()] })
  } catch {
    return null
  }
}

export const missingPackage = (name: OptionalPackage) =>
  `The package ${name} is not installed. Install it beside Inmor: npm install --no-save ${name}@${optionalPackages[name]}`

/** @throws Error with a sentence if it is not installed or cannot be loaded */
export function loadPackage(name: OptionalPackage): unknown {
  const file = findPackage(name)
  if (!file) throw new Error(`${missingPackage(name)}.`)
  return require(file)
}
