/** Subscribes to the channel of changes, on a separate connection as Redis requires. */
import type { Redis } from 'ioredis'
import { type Change, parseChange } from './change.ts'
import { duplicateRedis } from './connect.ts'

export type ChangeSubscription = {
  /** Resolves after `onChange` was called for every change that was announced before. */
  catchUp(): Promise<void>
  close(): void
}

/**
 * Calls `onChange` for each announced change. It also reports `all` when the connection is lost and after each
 * subscription, because announcements in between are lost.
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
    // It fails only when the connection is lost again, and another `ready` follows.
    connection.subscribe(channel).then(everything, () => {})
  })
  connection.on('close', everything)
  // A Cluster can lose the node that carried the announcements and stay connected.
  connection.on('+node', everything).on('-node', everything)
  connection.on('message', (_channel, message) => onChange(parseChange(message)))
  return {
    // Redis sends announcements and replies in order. When the connection is lost, everything is reported.
    catchUp: () =>
      connection.ping().then(
        () => {},
        () => {},
      ),
    close: () => connection.disconnect(),
  }
}
