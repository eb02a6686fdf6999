/** Carries announcements between the admin processes through Redis; within this one they arrive even without it. */
import { createPubSub } from 'graphql-yoga'
import type { Redis } from 'ioredis'
import type { SubordinateChange, SubordinateEvents } from '#server/services/subordinate-events.ts'

export type Events = SubordinateEvents & { close(): Promise<void> }

/** `subscriber` is a connection of its own: one that listens can do nothing else. */
export function createEvents(publisher: Redis, subscriber: Redis, prefix: string): Events {
  const channel = `${prefix}inmor:admin:subordinate-changed`
  const local = createPubSub<{ subordinateChanged: [SubordinateChange] }>()
  const open = new Set<AsyncIterator<SubordinateChange>>()

  subscriber.on('message', (from: string, message: string) => {
    if (from === channel) local.publish('subordinateChanged', JSON.parse(message))
  })
  // ioredis subscribes again by itself after a reconnection, once it has succeeded the first time.
  const subscribe = () => void subscriber.subscribe(channel).catch(() => subscriber.once('ready', subscribe))
  if (subscriber.status === 'ready') subscribe()
  else subscriber.once('ready', subscribe)

  return {
    announce(change) {
      publisher
        .publish(channel, JSON.stringify(change))
        .catch(() => local.publish('subordinateChanged', change)) // Redis is away: at least this process hears it
    },
    subscribe() {
      const stream = local.subscribe('subordinateChanged')
      open.add(stream)
      return stream
    },
    /** Ends every stream, so that the server can close. */
    async close() {
      await Promise.all([...open].map((stream) => stream.return?.()))
    },
  }
}
