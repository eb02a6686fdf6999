/** Counts where resolve responses and the statements of others were found: in memory, in Redis, or nowhere. */
import { Counter, type Registry } from 'prom-client'
import type { StatementCache } from '#store/statement-cache.ts'
import type { Lookup } from '../resolver/resolver.ts'

export type Lookups = {
  /** To be told of each lookup of a resolve response. */
  resolve(found: Lookup): void
  /** The same cache, watched. */
  statements(cache: StatementCache): StatementCache
}

export function observeLookups(registry: Registry): Lookups {
  const lookups = new Counter({
    name: 'inmor_cache_lookups_total',
    help: 'Lookups of resolve responses and of statements by others, by where they were found.',
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
