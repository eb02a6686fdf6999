/** Orders Trust Chains by preference. The specification leaves the choice to implementations (§10.3). */
import type { EntityId } from '../entity-id.ts'
import type { EntityStatement } from '../entity-statement/index.ts'

type Chain = readonly EntityStatement[]

/** Shortest first, then latest expiry, then by name: a total order, independent of response times. */
export function compareChains(a: Chain, b: Chain): number {
  return (
    a.length - b.length ||
    getExpiry(b) - getExpiry(a) ||
    compareText(listEntities(a).join(' '), listEntities(b).join(' '))
  )
}

/** Lists the entities of a chain, the subject first. */
export function listEntities(chain: Chain): EntityId[] {
  return [...new Set(chain.map(({ claims }) => claims.iss))]
}

function getExpiry(chain: Chain): number {
  return Math.min(...chain.map(({ claims }) => claims.exp))
}

/** Compares code units, independent of the locale. */
function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}
