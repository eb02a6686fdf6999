/** Counts the requests of each client in its current minute. Routes and fast path share a counter. */
import type { FastifyRateLimitStore } from '@fastify/rate-limit'
import type { FastifyContextConfig } from 'fastify'
import { createRecent } from '#core/recent.ts'

export type Count = {
  /** Requests in the present window, this one included. */
  current: number
  /** Milliseconds until the window ends. */
  ttl: number
}

/** Milliseconds. */
export const RATE_WINDOW = 60_000
/** Counted are at least half of them. */
const MAX_CLIENTS = 10_000

export class RateCounter {
  readonly #windows = createRecent<{ count: number; begun: number }>({
    maxSize: MAX_CLIENTS,
    sizeOf: () => 1,
  })

  count(client: string): Count {
    const now = Date.now()
    let window = this.#windows.get(client)
    if (!window || window.begun + RATE_WINDOW <= now) {
      window = { count: 0, begun: now }
      this.#windows.set(client, window)
    }
    window.count += 1
    return { current: window.count, ttl: window.begun + RATE_WINDOW - now }
  }
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Counts the requests to a route with a limit. */
    counter?: RateCounter
  }
}

/** The store of @fastify/rate-limit: each route has the counter of its configuration. */
export class RateStore implements FastifyRateLimitStore {
  readonly #counter: RateCounter

  constructor(_options: object, counter = new RateCounter()) {
    this.#counter = counter
  }

  incr(client: string, callback: (error: null, count: Count) => void): void {
    callback(null, this.#counter.count(client))
  }

  child(limit: object): RateStore {
    const { routeInfo } = limit as { routeInfo: { config?: FastifyContextConfig } } // its types say otherwise
    return new RateStore({}, routeInfo.config?.counter)
  }
}
