/** What the publisher announces on the channel of changes, so that readers drop what they keep in memory. */

/** `all` is said after a rebuild; the reader says it to itself when it may have missed announcements. */
const changeKinds = [
  'entity-configuration',
  'subordinate',
  'trust-mark',
  'historical-keys',
  'trust-anchors',
  'collection',
  'all',
] as const

export type ChangeKind = (typeof changeKinds)[number]

/** `id` is the entity identifier of the subordinate, or of the subject of the Trust Mark; without it, all of the kind. */
export type Change = { kind: ChangeKind; id?: string }

/** The message for the channel. */
export function formatChange(change: Change): string {
  return JSON.stringify(change)
}

/** Reads a message from the channel. One that cannot be read may mean anything, hence `all`. */
export function parseChange(message: string): Change {
  const value = parseObject(message)
  const kind = changeKinds.find((known) => known === value.kind)
  if (kind === undefined) return { kind: 'all' }
  return typeof value.id === 'string' ? { kind, id: value.id } : { kind }
}

function parseObject(message: string): { kind?: unknown; id?: unknown } {
  try {
    const value: unknown = JSON.parse(message)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {} // any process may write to the channel; what is not JSON is treated as unknown
  }
}
