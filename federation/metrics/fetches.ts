/** Measures fetches from other entities by kind and outcome. */
import { Histogram, type Registry } from 'prom-client'
import { FetchError } from '#fetcher/fetch-error.ts'
import type { Fetcher } from '#fetcher/fetcher.ts'
import { durationBuckets } from './registry.ts'

/** Wraps a fetcher. The outcome is `ok`, the code of a `FetchError`, or `cancelled`. */
export function observeFetches(fetcher: Fetcher, registry: Registry): Fetcher {
  const durations = new Histogram({
    name: 'inmor_fetch_duration_seconds',
    help: 'Duration of fetches from other entities, by kind and outcome.',
    labelNames: ['kind', 'outcome'],
    buckets: durationBuckets,
    registers: [registry],
  })

  async function measure<Result>(kind: string, fetch: () => Promise<Result>): Promise<Result> {
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
      measure('entity_configuration', () => fetcher.entityConfiguration(id, options)),
    revisitEntityConfiguration: (id, etag, options) =>
      measure('entity_configuration', () => fetcher.revisitEntityConfiguration(id, etag, options)),
    subordinateStatement: (request, options) =>
      measure('subordinate_statement', () => fetcher.subordinateStatement(request, options)),
    trustMark: (request, options) => measure('trust_mark', () => fetcher.trustMark(request, options)),
    trustMarkStatus: (request, options) =>
      measure('trust_mark_status', () => fetcher.trustMarkStatus(request, options)),
    statusList: (request, options) => measure('status_list', () => fetcher.statusList(request, options)),
    signedKeySet: (url, options) => measure('signed_key_set', () => fetcher.signedKeySet(url, options)),
    json: (url, accept, options) => measure('json', () => fetcher.json(url, accept, options)),
    file: (url, options) => measure('file', () => fetcher.file(url, options)),
    stream: (url, read, options) => measure('file', () => fetcher.stream(url, read, options)),
    post: (url, post, options) => measure('post', () => fetcher.post(url, post, options)),
    close: () => fetcher.close(),
  }
}
