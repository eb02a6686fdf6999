/** Finds the valid Trust Marks in an entity's configuration, of any issuer (§7.3). */
import { type EntityStatement, parseEntityStatement } from '#core/entity-statement/index.ts'
import { createChainFinder } from '#federation/resolver/chain-finder.ts'
import { createTrustMarkVerifier } from '#federation/resolver/trust-mark-selection.ts'
import { toUnix } from '#server/clock.ts'
import type { ServiceContext } from '#server/services/context.ts'
import type { StatementCache } from '#store/statement-cache.ts'

const TIME_BUDGET_MS = 10_000

/** Bypasses caches: the operator needs the current state. */
const nothingHeld: StatementCache = { read: async () => undefined, write: async () => {} }

/** `leftOut`: which marks were not verified because of a limit; null if none. */
type CarriedMarks = { types: string[]; leftOut: string | null }

/** @throws FederationError `temporarily_unavailable` while Redis is down */
export type FindCarriedMarks = (configuration: EntityStatement) => Promise<CarriedMarks>

/** By the issuers and owners in our own Entity Configuration, as a resolver under this anchor would. */
export function createCarriedMarks({
  entityId,
  allowHttp,
  reader,
  fetcher,
  signingKeys,
  hosted: anchorOf,
  now,
}: Pick<
  ServiceContext,
  'entityId' | 'allowHttp' | 'reader' | 'fetcher' | 'signingKeys' | 'hosted' | 'now'
>): FindCarriedMarks {
  const hosted = (id: string) => anchorOf?.(id)?.reader
  const common = { entityId, allowHttp, reader, hosted, fetcher, now: () => toUnix(now()) }
  const verify = createTrustMarkVerifier({
    ...common,
    finder: createChainFinder({ ...common, statements: nothingHeld }),
  })
  return async (configuration) => {
    const published = await reader.entityConfiguration()
    if (!published) return { types: [], leftOut: null }
    const anchor = parseEntityStatement(published.jwt, { allowHttp })
    const { sub: subject, exp } = configuration.claims
    const chain = { subject, trustAnchor: entityId, statements: [configuration, anchor], exp }
    const anchors = [{ id: entityId, keys: signingKeys.current().statementKeys }]
    const { entries, leftOut } = await verify(chain, anchors, AbortSignal.timeout(TIME_BUDGET_MS))
    return { types: entries.map(({ trust_mark_type }) => trust_mark_type), leftOut }
  }
}
