/**
 * Formats and parses the publisher's change announcements, on which readers drop cached data, and subscribes to their channels.
 */
import type { Redis } from 'ioredis'
import { duplicateRedis } from './connect.ts'

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

type ChangeSubscription = {
  /** Resolves after `onChange` was called for every change that was announced before. */
  catchUp(): Promise<void>
  /** As `catchUp`, but rejects while the connection does not answer. */
  confirm(): Promise<void>
  close(): void
}

export type ChangeChannels = {
  /**
   * Calls `onChange` for each change that is announced on the channel. It also reports `all` when the connection is lost
   * and after each subscription, because announcements in between are lost.
   */
  subscribe(channel: string, onChange: (change: Change) => void): ChangeSubscription
}

/** The connection is open from the first subscription until the last one is closed. */
export function createChangeChannels(redis: Redis): ChangeChannels {
  const listeners = new Map<string, Set<(change: Change) => void>>()
  let connection: Redis | undefined

  function report(channel: string, change: Change): void {
    for (const listener of listeners.get(channel) ?? []) listener(change)
  }
  const reportEverything = (channel: string) => report(channel, { kind: 'all', isLoss: true })
  const reportEverywhere = () => [...listeners.keys()].forEach(reportEverything)

  function join(to: Redis, channel: string): void {
    // It fails only when the connection is lost again, and another `ready` follows.
    to.subscribe(channel).then(
      () => reportEverything(channel),
      () => {},
    )
  }

  function connect(): Redis {
    const opened = duplicateRedis(redis)
    opened.on('error', () => {}) // the connection for commands reports that Redis is away
    opened.on('ready', () => {
      for (const channel of listeners.keys()) join(opened, channel)
    })
    opened.on('close', reportEverywhere)
    // A Cluster can lose the node that carried the announcements and stay connected.
    opened.on('+node', reportEverywhere).on('-node', reportEverywhere)
    opened.on('message', (channel: string, message) => report(channel, parseChange(message)))
    return opened
  }

  function leave(channel: string, onChange: (change: Change) => void): void {
    const remaining = listeners.get(channel)
    remaining?.delete(onChange)
    if (remaining?.size === 0) listeners.delete(channel)
    if (listeners.size === 0) {
      connection?.disconnect()
      connection = undefined
    } else if (!listeners.has(channel)) {
      connection?.unsubscribe(channel).catch(() => {}) // a lost connection has no subscriptions
    }
  }

  return {
    subscribe(channel, onChange) {
      listeners.set(channel, (listeners.get(channel) ?? new Set()).add(onChange))
      connection ??= connect()
      const joined = connection
      if (joined.status === 'ready') join(joined, channel)
      // Redis sends announcements and replies in order.
      const confirm = async () => void (await joined.ping())
      return {
        confirm,
        catchUp: () => confirm().catch(() => {}), // when the connection is lost, everything is reported
        close: () => leave(channel, onChange),
      }
    },
  }
}
