/** Where the file of each answer is, below the folder of an export. A name is the value as clients send it, percent-encoded. */

/** Bytes; file systems allow no more. */
const LONGEST_NAME = 255

export const CONFIGURATION_FILE = '.well-known/openid-federation'
export const HISTORICAL_KEYS_FILE = 'historical_keys.jwt'

/** Folders with a file for each subordinate, type or holder. */
export const folders = { fetch: 'fetch', trustMark: 'trust_mark', trustMarkList: 'trust_mark_list' } as const

/** Null: no file can have this name, and the server answers. */
export const statementFile = (sub: string) => fileIn(folders.fetch, sub, '.jwt')

export function trustMarkFile(type: string, sub: string): string | null {
  const folder = trustMarkFolder(type)
  return folder && fileIn(folder, sub, '.jwt')
}

export const trustMarkFolder = (type: string) => fileIn(folders.trustMark, type, '')

export const trustMarkListFile = (type: string) => fileIn(folders.trustMarkList, type, '.json')

function fileIn(folder: string, value: string, ending: string): string | null {
  const name = `${encodeName(value)}${ending}`
  // Percent-encoding leaves dots.
  const isName = !['', '.', '..', ending].includes(name) && name.length <= LONGEST_NAME
  return isName ? `${folder}/${name}` : null
}

/** Empty for text that is no Unicode. */
const encodeName = (value: string) => (value.isWellFormed() ? encodeURIComponent(value) : '')

/** The value of a file of ours; null for any other name. */
export function readName(name: string, ending: string): string | null {
  if (!name.endsWith(ending)) return null
  try {
    const value = decodeURIComponent(name.slice(0, name.length - ending.length))
    return `${encodeName(value)}${ending}` === name ? value : null
  } catch {
    return null
  }
}
