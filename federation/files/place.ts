/** Where the file of each answer is, below the folder of an export. A name is the value as clients send it, percent-encoded. */

/** Bytes; file systems allow no more. */
const LONGEST_NAME = 255

export const CONFIGURATION_FILE = '.well-known/openid-federation'
export const HISTORICAL_KEYS_FILE = 'historical_keys.jwt'

const LIST = 'list'
/** Lists of subordinates. */
export const ownLists = {
  all: `${LIST}/all.json`,
  intermediates: `${LIST}/intermediates.json`,
  ofType: (entityType: string) => `${LIST}/entity_type/${entityType}.json`,
}
export const isOwnList = (path: string) => /^list\/(all|intermediates|entity_type\/[a-z_]+)\.json$/.test(path)

const COLLECTION = 'collection'
/** Pages of the collected entities. */
export const collectionFiles = {
  first: `${COLLECTION}/all.json`,
  ofType: (entityType: string) => `${COLLECTION}/entity_type/${entityType}.json`,
  /** Null: no file can have this name. */
  from: (cursor: string) => fileIn(`${COLLECTION}/from`, cursor, '.json'),
  folders: [`${COLLECTION}/entity_type`, `${COLLECTION}/from`],
}
export const isCollectionFile = (path: string) =>
  /^collection\/(all|entity_type\/[a-z_]+|from\/[A-Za-z0-9_-]+)\.json$/.test(path)

/** Folders with a file for each subordinate, type or holder. */
export const folders = {
  fetch: 'fetch',
  resolve: 'resolve',
  statusList: 'status_list',
  trustMark: 'trust_mark',
  trustMarkList: 'trust_mark_list',
} as const

export const MANIFEST_FILE = 'manifest.jwt'
/** The keys of the anchor, at a mirror that has withdrawn its files. */
export const WITHDRAWN_FILE = 'withdrawn.json'

/** Below it, the files are at a server as they are, for mirrors. */
export const RAW_PATH = '/export'

/** A node of the hash tree, or a version of a list; its name is the hash of its bytes. */
export const objectFile = (hash: string) => `${OBJECTS}/${hash}.json`
export const OBJECTS = 'objects'

/** All that an export writes, in the order in which it goes. */
export const topLevel: readonly string[] = [
  MANIFEST_FILE,
  CONFIGURATION_FILE,
  ...Object.values(folders),
  LIST,
  COLLECTION,
  HISTORICAL_KEYS_FILE,
  OBJECTS,
]

/** A list has no signature of its own. */
export const isUnsigned = (path: string) => path.endsWith('.json')
export const isListKind = (kind: string) =>
  ([LIST, COLLECTION, folders.trustMarkList] as string[]).includes(kind)

/** Whether a file also has a compressed form beside it, for web servers: lists are large. */
export const isCompressed = (path: string) => isListKind(kindOf(path))

/** Whether an export has files of that path. */
export function isExported(path: string): boolean {
  return (
    path === CONFIGURATION_FILE ||
    path === HISTORICAL_KEYS_FILE ||
    isOwnList(path) ||
    isCollectionFile(path) ||
    readPath(path) !== null
  )
}

/** Whether it proves what is exported. */
export const isProof = (path: string) => path === MANIFEST_FILE || /^objects\/[0-9a-f]{64}\.json$/.test(path)

/** What the files of a path answer: the name of an endpoint, or the Entity Configuration. */
export function kindOf(path: string): string {
  if (path === CONFIGURATION_FILE) return 'entity_configuration'
  return path.slice(0, path.search(/[/.]/))
}

/** Null: no file can have this name, and the server answers. */
export const statementFile = (sub: string) => fileIn(folders.fetch, sub, '.jwt')

export function trustMarkFile(type: string, sub: string): string | null {
  const folder = trustMarkFolder(type)
  return folder && fileIn(folder, sub, '.jwt')
}

export const trustMarkFolder = (type: string) => fileIn(folders.trustMark, type, '')

/** What a path is about, if it is one of those; null: it is another. */
type About =
  | { folder: typeof folders.fetch | typeof folders.resolve; sub: string }
  | { folder: typeof folders.trustMark; type: string; sub: string }
  | { folder: typeof folders.trustMarkList; type: string }
  | { folder: typeof folders.statusList; number: string }

export function readPath(path: string): About | null {
  const [folder, first = '', second = ''] = path.split('/')
  const about = readNames(folder, first, second)
  return about && fileOf(about) === path ? about : null
}

function readNames(folder: string | undefined, first: string, second: string): About | null {
  if (folder === folders.fetch || folder === folders.resolve) {
    const sub = readName(first, '.jwt')
    return sub === null ? null : { folder, sub }
  }
  if (folder === folders.statusList) {
    const number = readName(first, '.jwt')
    return number === null ? null : { folder, number }
  }
  const type = readName(first, folder === folders.trustMarkList ? '.json' : '')
  const sub = readName(second, '.jwt')
  if (type === null) return null
  if (folder === folders.trustMarkList) return { folder, type }
  return folder === folders.trustMark && sub !== null ? { folder, type, sub } : null
}

/** Null: no file can have this name, and the server answers. */
function fileOf(about: About): string | null {
  if (about.folder === folders.trustMark) return trustMarkFile(about.type, about.sub)
  if (about.folder === folders.trustMarkList) return trustMarkListFile(about.type)
  if (about.folder === folders.statusList) return statusListFile(about.number)
  return fileIn(about.folder, about.sub, '.jwt')
}

export const statusListFile = (number: string) => fileIn(folders.statusList, number, '.jwt')

/** The response of /resolve about a subordinate under this anchor, signed ahead. */
export const resolvedFile = (sub: string) => fileIn(folders.resolve, sub, '.jwt')

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

const types = {
  entity_configuration: 'application/entity-statement+jwt',
  fetch: 'application/entity-statement+jwt',
  resolve: 'application/resolve-response+jwt',
  trust_mark: 'application/trust-mark+jwt',
  list: 'application/json',
  trust_mark_list: 'application/json',
  collection: 'application/json',
  status_list: 'application/statuslist+jwt',
  historical_keys: 'application/jwk-set+jwt',
} as const

/** What proves the files answers nothing. */
export const mediaTypeOf = (path: string) => {
  const kind = kindOf(path)
  return Object.hasOwn(types, kind) ? types[kind as keyof typeof types] : 'application/octet-stream'
}
