/** Reads the Superiors of collected entities: what a crawl stored about them, and whether they are registered here. */
import { isJsonEqual } from '#core/json.ts'
import { decodeJwt } from '#core/jws.ts'
import { explainUnusable, type Jwk } from '#core/keys.ts'
import type { Database } from '#server/database/client.ts'
import { type Subordinate, typedSubordinate } from '#server/database/typed-row.ts'
import { type StatementClaims, unpackStatement } from '#server/services/collection/claims.ts'
import type { ChainFault } from '#server/services/entity/chain-fault.ts'

/** Superiors in memory. Others are read again. */
const MAX_SUPERIORS = 5_000

/** The statement of a Superior about an entity; `refusal`: why a third party refuses it. */
export type Link = { superior: string; claims: StatementClaims | null; refusal: string | null }
/** `row`: null, if it is not registered here. `keys`: of its own stored configuration. */
export type Superior = { row: Subordinate | null; keys: readonly Jwk[]; links: readonly Link[] }

type LinkRow = { superior: string; entityId: string; claims: Uint8Array | null; refusal: string | null }

/** Reads each once, while there is room. `at` in unix seconds. */
export function createSuperiors({ db, crawlId, at }: { db: Database; crawlId: number; at: number }) {
  const known = new Map<string, Promise<Superior>>()

  async function readLinks(entityIds: readonly string[]): Promise<Map<string, Link[]>> {
    const rows = await db.$queryRaw<LinkRow[]>`
      SELECT "superior", "entityId", "claims", "refusal" FROM "CollectedStatement"
      WHERE "crawlId" = ${crawlId} AND "entityId" = ANY (${entityIds}) ORDER BY "entityId", "superior"`
    const links = new Map(entityIds.map((id): [string, Link[]] => [id, []]))
    for (const { entityId, superior, claims, refusal } of rows)
      links.get(entityId)?.push({ superior, claims: claims && unpackStatement(claims), refusal })
    return links
  }

  async function read(entityId: string): Promise<Superior> {
    const [row, links] = await Promise.all([
      db.subordinate.findUnique({ where: { entityId } }),
      readLinks([entityId]),
    ])
    const keys = row ? keysIn(row.entityConfiguration) : []
    return { row: row && typedSubordinate(row), keys, links: links.get(entityId) ?? [] }
  }

  return {
    readLinks,

    of(entityId: string): Promise<Superior> {
      const found = known.get(entityId)
      if (found) return found
      if (known.size >= MAX_SUPERIORS) known.clear()
      const superior = read(entityId)
      known.set(entityId, superior)
      return superior
    },

    /**
     * Whether our statement about a member leaves out the key with which it signs. What it signs with since it withdrew
     * that key, the crawl has not seen.
     */
    findKeyFault({ row, keys }: Superior, kid: string, anchor: string): ChainFault | null {
      const own = keys.find((key) => key.kid === kid)
      const listed = row?.jwks.keys.find((key) => key.kid === kid)
      if (!own || !row || (listed && isSameKey(own, listed) && explainUnusable(listed, { now: at }) === null))
        return null
      const message = `${row.entityId} signs with the key ${kid}, which the statement of ${anchor} about it does not list.`
      return { name: 'KEYS', message, path: ['jwks'] }
    },
  }
}

const publicMembers = ['kty', 'crv', 'x', 'y', 'n', 'e', 'pub'] as const

const isSameKey = (one: Jwk, other: Jwk) =>
  publicMembers.every((name) => isJsonEqual(one[name] ?? null, other[name] ?? null))

/** None, if the configuration cannot be read. */
function keysIn(jwt: string): Jwk[] {
  try {
    const { jwks } = decodeJwt(jwt).claims as { jwks?: { keys?: Jwk[] } } // parsed when it was stored
    return jwks?.keys ?? []
  } catch {
    return []
  }
}
