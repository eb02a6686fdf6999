/** Wraps the parts of an anchor with metrics, or returns them unchanged if metrics are off. */
import type { FastifyInstance } from 'fastify'
import { Counter, type Registry } from 'prom-client'
import type { Fetcher } from '#fetcher/fetcher.ts'
import type { ServingKeys } from '#store/key-directory.ts'
import type { Reader } from '#store/reader.ts'
import type { StatementCache } from '#store/statement-cache.ts'
import type { Lookup } from '../resolver/options.ts'
import { observeFetches } from './fetches.ts'
import { observeRequests } from './requests.ts'
import { observeSigning } from './signing.ts'
import { type ObservedState, observeState } from './state.ts'

type Observer = {
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

type Lookups = {
  /** Follows the counts of a reader. */
  published(reader: Pick<Reader, 'lookups'>): void
  /** Counts a lookup of a resolve response. */
  resolve(found: Lookup): void
  /** Wraps a cache. */
  statements(cache: StatementCache): StatementCache
}

/** Counts cache lookups of resolve responses and fetched statements by result. */
function observeLookups(registry: Registry): Lookups {
  let reader: Pick<Reader, 'lookups'> | undefined
  const counted = { memory: 0, redis: 0 }
  const lookups = new Counter({
    name: 'inmor_cache_lookups_total',
    help: 'Lookups of published data, resolve responses and fetched statements, by where they were found.',
    labelNames: ['cache', 'found'],
    registers: [registry],
    collect() {
      const now = reader?.lookups() ?? counted
      for (const found of ['memory', 'redis'] as const) {
        this.inc({ cache: 'published', found }, now[found] - counted[found])
        counted[found] = now[found]
      }
    },
  })
  return {
    published(followed) {
      reader = followed
    },
    resolve: (found) => lookups.inc({ cache: 'resolve', found }),
    statements: (cache) => ({
      ...cache,
      async read(issuer, subject) {
        const held = await cache.read(issuer, subject)
        lookups.inc({ cache: 'statement', found: held ? 'redis' : 'nowhere' })
        return held
      },
    }),
  }
}
