/** Listens on the channel of changes, on a connection of its own as Redis requires. */
import type { Redis } from 'ioredis'
import { type Change, parseChange } from './change.ts'

export type ChangeSubscription = { close(): void }

/**
 * Calls `onChange` for each announced change. When the connection is lost, and again when it is back, it says `all`:
 * what was announced in between is not known.
 */
export function subscribeToChanges(
  redis: Redis,
  channel: string,
  onChange: (change: Change) => void,
): ChangeSubscription {
  const connection = redis.duplicate({ enableOfflineQueue: true, autoResubscribe: true })
  connection.on('error', () => {}) // the connection for commands reports that Redis is away
  connection.on('close', () => onChange({ kind: 'all' }))
  connection.on('ready', () => onChange({ kind: 'all' }))
  connection.on('message', (_channel, message) => onChange(parseChange(message)))
  connection.subscribe(channel).catch(() => {}) // sent again by autoResubscribe as soon as Redis is there
  return { close: () => connection.disconnect() }
}
