/** Loads the file of the page "API", which is not part of the console's script. */
import address from 'virtual:playground-address'

export type Tools = typeof import('./tools.ts')

let attempts = 0
let loaded: Promise<Tools> | undefined

/** Loads it once in a document. After a failure it is loaded again, at another address: browsers keep the failure. */
export function loadTools(): Promise<Tools> {
  loaded ??= importTools().catch((error: unknown) => {
    loaded = undefined
    throw error
  })
  return loaded
}

function importTools(): Promise<Tools> {
  const again = attempts++ === 0 ? '' : `?attempt=${attempts}`
  return import(/* @vite-ignore */ address + again)
}
