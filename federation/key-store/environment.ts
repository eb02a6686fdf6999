/** What Node and the modules of vendors read from the environment beside our own variables. */
import { delimiter } from 'node:path'

/** The folders of NODE_PATH, in which optional packages may be. */
export function packageFolders(environment: NodeJS.ProcessEnv = process.env): string[] {
  return (environment.NODE_PATH ?? '').split(delimiter).filter(Boolean)
}

/** For the process of a PKCS#11 module, which gets its PIN by another way. */
export function environmentWithoutPin(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const { PKCS11_PIN: _pin, ...others } = environment
  return others
}
