/** Counts cache lookups of resolve responses and fetched statements by result. */
import { Counter, type Registry } from 'prom-client'
import type { Reader } from '#store/reader.ts'
import type { StatementCache } from '#store/statement-cache.ts'
import type { Lookup } from '../resolver/options.ts'

export type Lookups = {
  /** Follows the counts of a reader. */
  published(reader: Pick<Reader, 'lookups'>): void
  /** Counts a lookup of a resolve response. */
  resolve(found: Lookup): void
  /** Wraps a cache. */
  statements(cache: StatementCache): StatementCache
}

export function observeLookups(registry: Registry): Lookups {
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
