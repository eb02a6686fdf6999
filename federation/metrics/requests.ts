/** Measures the requests of a server by endpoint, and counts errors by code (§8.9). */
import type { FastifyInstance } from 'fastify'
import { Counter, Histogram, type Registry } from 'prom-client'
import { durationBuckets } from './registry.ts'

declare module 'fastify' {
  interface FastifyReply {
    /** The `error` of an error response. */
    errorCode?: string
  }
}

/** Unknown paths share one label. */
const NO_ROUTE = 'none'

export type RequestMetrics = {
  /** Observes an answer that no route sent. */
  observeRepeated(endpoint: string, method: string, seconds: number): void
}

export function observeRequests(app: FastifyInstance, registry: Registry): RequestMetrics {
  const durations = new Histogram({
    name: 'inmor_http_request_duration_seconds',
    help: 'Duration of requests, by endpoint, method and status.',
    labelNames: ['endpoint', 'method', 'status'],
    buckets: durationBuckets,
    registers: [registry],
  })
  const errors = new Counter({
    name: 'inmor_http_errors_total',
    help: 'Error responses, by endpoint and error code.',
    labelNames: ['endpoint', 'error'],
    registers: [registry],
  })
  app.addHook('onResponse', (request, reply, done) => {
    const endpoint = request.routeOptions.url ?? NO_ROUTE
    const labels = { endpoint, method: request.method, status: reply.statusCode }
    durations.observe(labels, reply.elapsedTime / 1000)
    if (reply.errorCode !== undefined) errors.inc({ endpoint, error: reply.errorCode })
    done()
  })
  return {
    observeRepeated: (endpoint, method, seconds) =>
      durations.observe({ endpoint, method, status: 200 }, seconds),
  }
}
