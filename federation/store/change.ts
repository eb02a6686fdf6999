/** Formats and parses the publisher's change announcements, on which readers drop cached data. */

/** `all` is announced after a rebuild. A reader also assumes it when it may have missed announcements. */
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

/** `id` is the subordinate or the subject of the Trust Mark. Without it, everything of the kind changed. */
export type Change = {
  kind: ChangeKind
  id?: string
  /** The Trust Mark type, where only the mark of that type changed. */
  type?: string
  /** What was published before stays valid until its end. Without it, it may have been withdrawn or revoked. */
  withdrawsNothing?: true
  /** With `all`: nothing was announced, but announcements may have been lost. */
  isLoss?: true
}

export function formatChange(change: Change): string {
  return JSON.stringify(change)
}

/** Parses a message from the channel. An unreadable message counts as `all`. */
export function parseChange(message: string): Change {
  const value = parseObject(message)
  const kind = changeKinds.find((known) => known === value.kind)
  if (kind === undefined) return { kind: 'all' }
  return {
    kind,
    ...(typeof value.id === 'string' ? { id: value.id } : {}),
    ...(typeof value.type === 'string' ? { type: value.type } : {}),
    ...(value.withdrawsNothing === true ? { withdrawsNothing: true } : {}),
  }
}

function parseObject(message: string): Partial<Record<keyof Change, unknown>> {
  try {
    const value: unknown = JSON.parse(message)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {} // any process may write to the channel
  }
}
