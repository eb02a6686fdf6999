/** Listens on the channel of changes, on a connection of its own as Redis requires. */
import type { Redis } from 'ioredis'
import { type Change, parseChange } from './change.ts'
import { duplicateRedis } from './connect.ts'

export type ChangeSubscription = { close(): void }

/**
 * Calls `onChange` for each announced change. When the connection is lost, and again when listening has begun anew,
 * it says `all`: what was announced in between is not known.
 */
export function subscribeToChanges(
  redis: Redis,
  channel: string,
  onChange: (change: Change) => void,
): ChangeSubscription {
  const everything = () => onChange({ kind: 'all' })
  const connection = duplicateRedis(redis, { autoResubscribe: false })
  connection.on('error', () => {}) // the connection for commands reports that Redis is away
  connection.on('ready', () => {
    // It fails only when the connection is lost again, and then there will be another `ready`.
    connection.subscribe(channel).then(everything, () => {})
  })
  connection.on('close', everything)
  // Nodes of a Cluster come and go while the connection as a whole stands; one of them carried the announcements.
  connection.on('+node', everything).on('-node', everything)
  connection.on('message', (_channel, message) => onChange(parseChange(message)))
  return { close: () => connection.disconnect() }
}
