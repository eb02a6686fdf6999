/** Visits one entity of a walk: reads what it publishes, and describes it with the Trust Marks that hold. */
import { type EntityId, entityConfigurationUrl } from '#core/entity-id.ts'
import { type EntityStatement, verifyEntityConfiguration } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import type { StatementSource } from '#core/trust-chain/index.ts'
import type { Fetcher } from '#fetcher/fetcher.ts'
import { isStoreOutage } from '#store/outage.ts'
import type { Reader } from '#store/reader.ts'
import type { StatementCache } from '#store/statement-cache.ts'
import { createChainFinder } from '../resolver/chain-finder.ts'
import { createStatementSource } from '../resolver/statement-source.ts'
import { checkActivity } from '../resolver/trust-mark-activity.ts'
import { createIssuerLookup } from '../resolver/trust-mark-issuer.ts'
import { selectTrustMarks } from '../resolver/trust-mark-selection.ts'
import { describeEntity } from './entity-record.ts'
import { listSubordinates } from './listing.ts'
import type { HostGuard } from './silent-host.ts'
import type { Staging } from './staging.ts'
import type { Tally } from './tally.ts'
import type { Visited } from './traverse.ts'

type Context = {
  entityId: EntityId
  allowHttp: boolean
  reader: Reader
  fetcher: Fetcher
  hosts: HostGuard
  now: () => number
  signal: AbortSignal
}

type VisitOptions = Context & {
  statements: StatementCache
  anchor: EntityStatement
  source: StatementSource
  staging: Staging
  tally: Tally
}

/** Issuers of Trust Marks for which a chain is sought in one walk (§18.1). */
const MAX_ISSUERS = 1_000

/** Where a walk has Entity Configurations from: our own and our subordinates' from Redis, the rest by fetching. */
export function createWalkSource({ fetcher, hosts, signal, now, ...options }: Context): StatementSource {
  return createStatementSource(
    { ...options, now: now() },
    {
      entityConfiguration: (id) =>
        hosts.fetch(entityConfigurationUrl(id), () => fetcher.entityConfiguration(id, { signal })),
      subordinateStatement: (request) => fetcher.subordinateStatement(request, { signal }),
    },
  )
}

/** A visit that fails is reported and leads nowhere; only that Redis is away ends the walk. */
export function createVisit(options: VisitOptions): (id: EntityId) => Promise<Visited | undefined> {
  const { source, staging, tally, allowHttp, now } = options
  const selectMarks = createMarkSelection(options)

  async function attempt<Result>(
    entity: EntityId,
    action: () => Promise<Result>,
  ): Promise<Result | undefined> {
    try {
      return await action()
    } catch (error) {
      if (!(error instanceof FederationError) || isStoreOutage(error)) throw error
      tally.fail(entity, error.message)
      return undefined
    }
  }

  return async (id) => {
    const statement = await attempt(id, async () =>
      verifyEntityConfiguration(await source.entityConfiguration(id), {
        entityId: id,
        allowHttp,
        now: now(),
      }),
    )
    return (
      statement && {
        authorityHints: statement.claims.authority_hints ?? [],
        async keep() {
          await staging.add(describeEntity(statement, await selectMarks(statement)))
          tally.keep()
        },
        async subordinates() {
          const listing = await attempt(id, () => listSubordinates(statement, options))
          const { subordinates = [], refused = 0 } = listing ?? {}
          if (refused > 0)
            tally.fail(id, `Lists ${refused} subordinates by names that are no Entity Identifiers.`)
          return subordinates
        },
      }
    )
  }
}

/** The marks that an entity publishes and that hold under the anchor, as the resolver judges them (§7.3). */
function createMarkSelection(options: VisitOptions) {
  const { anchor, allowHttp, signal, now } = options
  const { sub: id, jwks: keys } = anchor.claims
  const finder = createChainFinder(options)
  const anchors = [{ id, keys }]
  const findIssuer = createIssuerLookup({
    anchor,
    anchors,
    finder,
    signal,
    allowHttp,
    maxIssuers: MAX_ISSUERS,
  })
  return async ({ claims: { sub: subject, trust_marks: carried = [] } }: EntityStatement) => {
    if (carried.length === 0) return []
    const marks = carried.map((entry) => entry.trust_mark)
    const { entries } = await selectTrustMarks(marks, {
      subject,
      anchor,
      allowHttp,
      now: now(),
      findIssuer,
      checkActivity: (mark, issuer) => checkActivity(mark, issuer, signal, options),
    })
    return entries
  }
}
