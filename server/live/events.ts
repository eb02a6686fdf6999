/** Publishes announcements to all admin processes through Redis, and within this process without it. */
import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { createEventStream, type EventStream } from '#server/live/event-stream.ts'
import { readJson } from '#store/json-text.ts'

export type SubordinateChangeKind =
  | 'REGISTERED'
  | 'UPDATED'
  | 'RENEWED'
  | 'DEACTIVATED'
  | 'REACTIVATED'
  | 'REMOVED'
export type SubordinateChange = { kind: SubordinateChangeKind; entityId: string }

export type SubordinateEvents = {
  announce(change: SubordinateChange): void
  subscribe(): AsyncIterable<SubordinateChange>
}

/** A run progressed: the finished item, or null if only its state changed. */
export type RunChange = {
  runId: number
  itemId: number | null
  /** The run waits for a worker. */
  isQueued?: true
}

/** Changes of users and API keys, which say nothing more. */
export type AccessEvents = {
  announceAccess(): void
  subscribeToAccess(): AsyncIterable<true>
}

export type Events = SubordinateEvents &
  AccessEvents & {
    announceRun(change: RunChange): void
    subscribeToRuns(): AsyncIterable<RunChange>
    /** Ends all streams, so that the server can close. */
    close(): Promise<void>
  }

/** `subscriber` is a separate connection: a subscribed connection accepts no other commands. */
export function createEvents(publisher: Redis, subscriber: Redis, prefix: string): Events {
  const subordinates = createChannel<SubordinateChange>(`${prefix}inmor:admin:subordinate-changed`, publisher)
  const runs = createChannel<RunChange>(`${prefix}inmor:admin:run-changed`, publisher)
  const access = createChannel<true>(`${prefix}inmor:admin:access-changed`, publisher)
  const channels = [subordinates, runs, access]

  const receive = (from: string, message: string) => {
    channels.find(({ name }) => name === from)?.receive(message)
  }
  subscriber.on('message', receive)
  const names = channels.map(({ name }) => name)
  // It fails only when the connection is lost again, and another `ready` follows.
  const subscribe = () => void subscriber.subscribe(...names).catch(() => undefined)
  subscriber.on('ready', subscribe)
  if (subscriber.status === 'ready') subscribe()

  return {
    announce: subordinates.announce,
    subscribe: subordinates.listen,
    announceRun: runs.announce,
    subscribeToRuns: runs.listen,
    announceAccess: () => access.announce(true),
    subscribeToAccess: access.listen,
    async close() {
      subscriber.off('message', receive).off('ready', subscribe)
      if (subscriber.status === 'ready') await subscriber.unsubscribe(...names).catch(() => undefined)
      for (const channel of channels) channel.close()
    },
  }
}

function createChannel<Change>(name: string, publisher: Redis) {
  const origin = randomUUID()
  const streams = new Set<EventStream<Change>>()
  const deliver = (change: Change) => {
    for (const stream of streams) stream.push(change)
  }

  return {
    name,
    receive(message: string): void {
      // `announce` writes it; other programs may write to Redis, too.
      const from = (readJson(message) ?? {}) as { origin?: unknown; change?: Change | null }
      if (typeof from.origin !== 'string' || from.change == null) return
      if (from.origin !== origin) deliver(from.change)
    },
    announce(change: Change): void {
      deliver(change)
      // While Redis is unreachable, only this process gets it.
      publisher.publish(name, JSON.stringify({ origin, change })).catch(() => undefined)
    },
    /** Starts listening now: announcements before the first read are kept. */
    listen(): AsyncIterable<Change> {
      const stream = createEventStream<Change>(() => streams.delete(stream))
      streams.add(stream)
      return stream
    },
    close(): void {
      for (const stream of streams) stream.end()
    },
  }
}
