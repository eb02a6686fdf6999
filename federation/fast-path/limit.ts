/** Counts a repeated answer against the limit of its endpoint (§18.1). */
import type { FastifyRequest } from 'fastify'
import type { RateCounter } from '../http/rate-counter.ts'

/** The limit of requests, and the places of its changing values in the head. */
export type Limit = { max: number; counter: RateCounter; remainingAt: number; resetAt: number }

export function findLimit(
  { routeOptions: { config } }: FastifyRequest,
  head: readonly string[],
): Limit | undefined {
  const { rateLimit, counter } = config
  if (!rateLimit || typeof rateLimit.max !== 'number' || !counter) return undefined
  const placeOf = (name: string) => head.indexOf(name) + 1
  const places = {
    remainingAt: placeOf('x-ratelimit-remaining'),
    resetAt: placeOf('x-ratelimit-reset'),
  }
  return { max: rateLimit.max, counter, ...places }
}

/** Counts a request and updates the head. False: too many, which the route refuses. */
export function count(
  { max, counter, remainingAt, resetAt }: Limit,
  head: string[],
  client: string,
): boolean {
  const { current, ttl } = counter.count(client)
  if (current > max) return false
  head[remainingAt] = String(max - current)
  head[resetAt] = String(Math.ceil(ttl / 1000))
  return true
}
