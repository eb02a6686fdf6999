/** Which of several Trust Chains comes first; the text leaves the choice free (§10.3). */
import type { EntityId } from '../entity-id.ts'
import type { EntityStatement } from '../entity-statement/index.ts'

type Chain = readonly EntityStatement[]

/** Shorter, then longer lived, then by name: a total order, so that it never depends on who answered first. */
export function byPreference(a: Chain, b: Chain): number {
  return (
    a.length - b.length || expiry(b) - expiry(a) || compare(entityPath(a).join(' '), entityPath(b).join(' '))
  )
}

/** Who is in the chain, the subject first. */
export function entityPath(chain: Chain): EntityId[] {
  return [...new Set(chain.map(({ claims }) => claims.iss))]
}

function expiry(chain: Chain): number {
  return Math.min(...chain.map(({ claims }) => claims.exp))
}

/** By code unit, whatever the locale of the machine. */
function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}
