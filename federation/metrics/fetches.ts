/** Times what is fetched from other entities, by what it was and how it ended. */
import { Histogram, type Registry } from 'prom-client'
import { FetchError } from '#fetcher/fetch-error.ts'
import type { Fetcher } from '#fetcher/fetcher.ts'
import { durationBuckets } from './registry.ts'

/** The same fetcher, watched. The outcome is `ok`, the code of a `FetchError`, or `cancelled`. */
export function observeFetches(fetcher: Fetcher, registry: Registry): Fetcher {
  const durations = new Histogram({
    name: 'inmor_fetch_duration_seconds',
    help: 'Time for which another entity was waited for, by what was fetched and the outcome.',
    labelNames: ['kind', 'outcome'],
    buckets: durationBuckets,
    registers: [registry],
  })

  async function timed<Result>(kind: string, fetch: () => Promise<Result>): Promise<Result> {
    const end = durations.startTimer({ kind })
    try {
      const result = await fetch()
      end({ outcome: 'ok' })
      return result
    } catch (error) {
      end({ outcome: error instanceof FetchError ? error.code : 'cancelled' })
      throw error
    }
  }

  return {
    entityConfiguration: (id, options) =>
      timed('entity_configuration', () => fetcher.entityConfiguration(id, options)),
    subordinateStatement: (request, options) =>
      timed('subordinate_statement', () => fetcher.subordinateStatement(request, options)),
    trustMarkStatus: (endpoint, mark, options) =>
      timed('trust_mark_status', () => fetcher.trustMarkStatus(endpoint, mark, options)),
    json: (url, accept, options) => timed('json', () => fetcher.json(url, accept, options)),
    close: () => fetcher.close(),
  }
}
