/** Carries announcements between the admin processes through Redis; within this one they arrive even without it. */
import { createPubSub } from 'graphql-yoga'
import type { Redis } from 'ioredis'
import type { SubordinateChange, SubordinateEvents } from '#server/services/subordinate-events.ts'

/** A run went on; with the item that was finished, or null when only its state changed. */
export type RunChange = { runId: number; itemId: number | null }

export type Events = SubordinateEvents & {
  announceRun(change: RunChange): void
  subscribeToRuns(): AsyncIterable<RunChange>
  /** Ends every stream, so that the server can close. */
  close(): Promise<void>
}

/** `subscriber` is a connection of its own: one that listens can do nothing else. */
export function createEvents(publisher: Redis, subscriber: Redis, prefix: string): Events {
  const subordinates = createChannel<SubordinateChange>(`${prefix}inmor:admin:subordinate-changed`, publisher)
  const runs = createChannel<RunChange>(`${prefix}inmor:admin:run-changed`, publisher)
  const channels = [subordinates, runs]

  subscriber.on('message', (from: string, message: string) => {
    channels.find(({ name }) => name === from)?.receive(message)
  })
  // ioredis subscribes again by itself after a reconnection, once it has succeeded the first time.
  const names = channels.map(({ name }) => name)
  const subscribe = () => void subscriber.subscribe(...names).catch(() => subscriber.once('ready', subscribe))
  if (subscriber.status === 'ready') subscribe()
  else subscriber.once('ready', subscribe)

  return {
    announce: subordinates.announce,
    subscribe: subordinates.listen,
    announceRun: runs.announce,
    subscribeToRuns: runs.listen,
    close: async () => void (await Promise.all(channels.map((channel) => channel.close()))),
  }
}

function createChannel<Change>(name: string, publisher: Redis) {
  const local = createPubSub<{ change: [payload: unknown] }>()
  const open = new Set<AsyncIterator<unknown>>()

  async function* reading(stream: AsyncIterable<unknown> & AsyncIterator<unknown>): AsyncGenerator<Change> {
    try {
      for await (const change of stream) yield change as Change // only `announce` of this channel sends
    } finally {
      open.delete(stream)
    }
  }

  return {
    name,
    receive: (message: string) => local.publish('change', JSON.parse(message)),
    announce(change: Change): void {
      // Redis is away: at least this process hears it.
      publisher.publish(name, JSON.stringify(change)).catch(() => local.publish('change', change))
    },
    /** Listens from now on; what is announced before the first reading is kept. */
    listen(): AsyncIterable<Change> {
      const stream = local.subscribe('change')
      open.add(stream)
      return reading(stream)
    },
    async close(): Promise<void> {
      await Promise.all([...open].map((stream) => stream.return?.()))
    },
  }
}
