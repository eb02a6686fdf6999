/** Wraps the parts of an anchor with metrics, or returns them unchanged if metrics are off. */
import type { FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import type { Fetcher } from '#fetcher/fetcher.ts'
import type { ServingKeys } from '#store/key-directory.ts'
import type { StatementCache } from '#store/statement-cache.ts'
import type { Lookup } from '../resolver/options.ts'
import { observeFetches } from './fetches.ts'
import { observeLookups } from './lookups.ts'
import { observeRequests } from './requests.ts'
import { observeSigning } from './signing.ts'
import { type ObservedState, observeState } from './state.ts'

export type Observer = {
  fetcher(fetcher: Fetcher): Fetcher
  keys(keys: () => ServingKeys): () => ServingKeys
  statements(cache: StatementCache): StatementCache
  lookup(found: Lookup): void
  /** Measures the requests of the app, and the state that it serves. */
  app(app: FastifyInstance, state: ObservedState): void
}

/** Without a registry, metrics are off. */
export function createObserver(registry: Registry | undefined): Observer {
  return registry ? createMeasuringObserver(registry) : idleObserver
}

const idleObserver: Observer = {
  fetcher: (fetcher) => fetcher,
  keys: (keys) => keys,
  statements: (cache) => cache,
  lookup() {},
  app() {},
}

function createMeasuringObserver(registry: Registry): Observer {
  const lookups = observeLookups(registry)
  return {
    fetcher: (fetcher) => observeFetches(fetcher, registry),
    keys: (keys) => observeSigning(keys, registry),
    statements: lookups.statements,
    lookup: lookups.resolve,
    app(app, state) {
      app.onRepeatedAnswer(observeRequests(app, registry).observeRepeated)
      lookups.published(state.reader)
      observeState(registry, state)
    },
  }
}
