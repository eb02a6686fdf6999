/** Counts cache lookups of resolve responses and fetched statements by result. */
import { Counter, type Registry } from 'prom-client'
import type { StatementCache } from '#store/statement-cache.ts'
import type { Lookup } from '../resolver/options.ts'

export type Lookups = {
  /** Counts a lookup of a resolve response. */
  resolve(found: Lookup): void
  /** Wraps a cache. */
  statements(cache: StatementCache): StatementCache
}

export function observeLookups(registry: Registry): Lookups {
  const lookups = new Counter({
    name: 'inmor_cache_lookups_total',
    help: 'Lookups of resolve responses and fetched statements, by where they were found.',
    labelNames: ['cache', 'found'],
    registers: [registry],
  })
  return {
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
