/** Wraps the parts of the federation server with metrics, or returns them unchanged if metrics are off. */
import type { FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import type { Fetcher } from '#fetcher/fetcher.ts'
import type { KeyDirectory } from '#store/key-directory.ts'
import type { Reader } from '#store/reader.ts'
import type { StatementCache } from '#store/statement-cache.ts'
import type { Lookup } from '../resolver/options.ts'
import { observeFetches } from './fetches.ts'
import { observeLookups } from './lookups.ts'
import { createRegistry, serveMetrics } from './registry.ts'
import { observeRequests } from './requests.ts'
import { observeSigning } from './signing.ts'
import { observeState } from './state.ts'

export type Observer = {
  fetcher(fetcher: Fetcher): Fetcher
  keys(keys: () => KeyDirectory): () => KeyDirectory
  statements(cache: StatementCache): StatementCache
  lookup(found: Lookup): void
  /** Measures requests, and serves the metrics at the returned URL until the app is closed. */
  serve(
    app: FastifyInstance,
    state: { reader: Reader; keys: () => KeyDirectory; now: () => number },
  ): Promise<string | undefined>
}

/**
 * `port` 0 is any free port. Without a port, metrics are off, unless the caller serves `registry`.
 */
export function createObserver(
  { host, port }: { host: string; port: number | undefined },
  registry?: Registry,
): Observer {
  if (registry) return createMeasuringObserver(registry, null)
  return port === undefined ? idleObserver : createMeasuringObserver(createRegistry(), { host, port })
}

const idleObserver: Observer = {
  fetcher: (fetcher) => fetcher,
  keys: (keys) => keys,
  statements: (cache) => cache,
  lookup() {},
  serve: async () => undefined,
}

function createMeasuringObserver(registry: Registry, place: { host: string; port: number } | null): Observer {
  const lookups = observeLookups(registry)
  return {
    fetcher: (fetcher) => observeFetches(fetcher, registry),
    keys: (keys) => observeSigning(keys, registry),
    statements: lookups.statements,
    lookup: lookups.resolve,
    async serve(app, state) {
      app.onRepeatedAnswer(observeRequests(app, registry).observeRepeated)
      observeState(registry, state)
      if (!place) return undefined
      const server = await serveMetrics(registry, place)
      app.log.info({ url: server.url }, 'Serving metrics')
      app.addHook('onClose', server.close)
      return server.url
    },
  }
}
