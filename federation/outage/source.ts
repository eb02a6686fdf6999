/** Where answers come from while Redis is away. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { OutgoingHttpHeaders } from 'node:http'
import type { FastifyInstance } from 'fastify'

/** `at`: when it was known to be current, in unix seconds. */
export type Answer = { body: Buffer; headers: OutgoingHttpHeaders; at: number }

export type Source = {
  /** To a GET; undefined: it has no answer that is still valid. */
  answer(url: string): Promise<Answer | undefined>
  close(): Promise<void>
}

/** Gathers when the parts of each answer were known to be current: the oldest counts. */
export function createTimes() {
  const times = new AsyncLocalStorage<{ at: number }>()
  return {
    /** By the routes of the app, in unix seconds. */
    note(at: number): void {
      const time = times.getStore()
      if (time) time.at = Math.min(time.at, at)
    },
    async ask(app: FastifyInstance, url: string): Promise<Answer | undefined> {
      const time = { at: Date.now() / 1000 }
      // `inject` starts when it is awaited.
      const { statusCode, rawPayload, headers } = await times.run(time, async () => await app.inject(url))
      return statusCode === 200 ? { body: rawPayload, headers, at: time.at } : undefined
    },
  }
}
