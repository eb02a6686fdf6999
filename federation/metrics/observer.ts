/** The one place where the federation server meets its metrics: each part goes through it, and comes out watched or as it was. */
import type { FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import type { Fetcher } from '#fetcher/fetcher.ts'
import type { KeyDirectory } from '#store/key-directory.ts'
import type { Reader } from '#store/reader.ts'
import type { StatementCache } from '#store/statement-cache.ts'
import type { Lookup } from '../resolver/resolver.ts'
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
  /** Watches the requests, and offers the metrics until the app is closed, at the URL that is returned. */
  serve(
    app: FastifyInstance,
    state: { reader: Reader; keys: () => KeyDirectory; now: () => number },
  ): Promise<string | undefined>
}

/**
 * `port` 0 is any free one; without a port, nothing is watched, unless there is a registry that somebody else offers.
 */
export function createObserver(
  { host, port }: { host: string; port: number | undefined },
  registry?: Registry,
): Observer {
  if (registry) return createSeeing(registry, null)
  return port === undefined ? blind : createSeeing(createRegistry(), { host, port })
}

const blind: Observer = {
  fetcher: (fetcher) => fetcher,
  keys: (keys) => keys,
  statements: (cache) => cache,
  lookup() {},
  serve: async () => undefined,
}

function createSeeing(registry: Registry, place: { host: string; port: number } | null): Observer {
  const lookups = observeLookups(registry)
  return {
    fetcher: (fetcher) => observeFetches(fetcher, registry),
    keys: (keys) => observeSigning(keys, registry),
    statements: lookups.statements,
    lookup: lookups.resolve,
    async serve(app, state) {
      observeRequests(app, registry)
      observeState(registry, state)
      if (!place) return undefined
      const server = await serveMetrics(registry, place)
      app.log.info({ url: server.url }, 'metrics are offered')
      app.addHook('onClose', server.close)
      return server.url
    },
  }
}
