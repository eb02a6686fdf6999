/** Visits an entity of a crawl: verifies its Entity Configuration, describes it, and selects its valid Trust Marks. */
import { buildEntityConfigurationUrl, type EntityId } from '#core/entity-id.ts'
import { type EntityStatement, verifyEntityConfiguration } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import { getMember } from '#core/json.ts'
import type { StatementSource } from '#core/trust-chain/index.ts'
import type { Fetcher } from '#fetcher/fetcher.ts'
import {
  type CollectionRecord,
  type CollectionTrustMark,
  type UiInfo,
  uiClaims,
} from '#store/collection-record.ts'
import { isStoreOutage } from '#store/outage.ts'
import type { StatementCache } from '#store/statement-cache.ts'
import { createChainFinder } from '../resolver/chain-finder.ts'
import type { Publishers } from '../resolver/published-here.ts'
import { createStatementSource } from '../resolver/statement-source.ts'
import { checkActivity, createIssuerLookup } from '../resolver/trust-mark-issuer.ts'
import { selectTrustMarks } from '../resolver/trust-mark-selection.ts'
import type { ChainRecording } from './chain-recording.ts'
import { listSubordinates } from './listing.ts'
import type { HostGuard } from './silent-host.ts'
import type { Staging } from './staging.ts'
import type { Tally } from './tally.ts'
import type { Visited } from './traverse.ts'

type Context = Publishers & {
  allowHttp: boolean
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
  chains: ChainRecording
}

/** Trust Mark issuers to resolve per crawl (§18.1). */
const MAX_ISSUERS = 1_000

/** Reads our own and our subordinates' Entity Configurations from Redis, and fetches the others. */
export function createCrawlSource({ fetcher, hosts, signal, now, ...options }: Context): StatementSource {
  return createStatementSource(
    { ...options, now: now() },
    {
      entityConfiguration: (id) =>
        hosts.fetch(buildEntityConfigurationUrl(id), () => fetcher.entityConfiguration(id, { signal })),
      subordinateStatement: (request) => fetcher.subordinateStatement(request, { signal }),
    },
  )
}

/** A failed visit is reported and skipped. Only an outage of Redis ends the crawl. */
export function createVisit(options: VisitOptions): (id: EntityId) => Promise<Visited | undefined> {
  const { source, staging, tally, chains, allowHttp, now } = options
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
        async keep(intermediates) {
          const { entries, leftOut } = await selectMarks(statement)
          await staging.add(describeEntity(statement, entries))
          if (leftOut) tally.fail(id, leftOut)
          if (intermediates.length > 0) await chains.entity(statement, intermediates)
          tally.keep()
        },
        async subordinates() {
          const listing = await attempt(id, () => listSubordinates(statement, options))
          const { subordinates = [], refused = 0 } = listing ?? {}
          if (subordinates.length > 0) chains.superior(statement)
          if (refused > 0) tally.fail(id, `Lists ${refused} subordinates with invalid Entity Identifiers.`)
          return subordinates
        },
      }
    )
  }
}

/** Selects the marks in an Entity Configuration that are valid under the anchor, with the resolver's rules (§7.3). */
function createMarkSelection(options: VisitOptions) {
  const { entityId, anchor, allowHttp, signal, now } = options
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
  return ({ claims: { sub: subject, trust_marks: configured = [] } }: EntityStatement) => {
    const marks = configured.map((entry) => entry.trust_mark)
    return selectTrustMarks(marks, {
      entityId,
      subject,
      anchor,
      allowHttp,
      now: now(),
      findIssuer,
      checkActivity: (mark, issuer) => checkActivity(mark, issuer, signal, options),
    })
  }
}

/** An entity can claim any number of types, and each becomes a key in Redis. */
const MAX_TYPES = 32
const MAX_TYPE_LENGTH = 256

/** Characters of one parameter as JSON. A longer one, such as a logo as a data URL, is omitted. */
const MAX_VALUE_LENGTH = 4096

/** Parameters per Entity Type, including language variants. */
const MAX_MEMBERS = 100

/** Type-specific parameters for the display name. */
const displayNameFallback: Readonly<Record<string, string>> = {
  openid_relying_party: 'client_name',
  oauth_client: 'client_name',
  oauth_resource: 'resource_name',
}

export function describeEntity(
  { claims }: EntityStatement,
  trustMarks: CollectionTrustMark[],
): CollectionRecord {
  const metadata = claims.metadata ?? {}
  const types = Object.keys(metadata)
    .filter((type) => type.length <= MAX_TYPE_LENGTH)
    .slice(0, MAX_TYPES)
  const infos = types.map((type) => [type, describeRole(type, metadata[type] ?? {})] as const)
  return {
    entity_id: claims.sub,
    entity_types: types,
    ui_infos: Object.fromEntries(infos.filter(([, info]) => Object.keys(info).length > 0)),
    trust_marks: trustMarks,
  }
}

function describeRole(type: string, parameters: Readonly<Record<string, unknown>>): UiInfo {
  const info: UiInfo = {}
  for (const [name, value] of Object.entries(parameters)) {
    if (Object.keys(info).length >= MAX_MEMBERS) break
    if (isInformational(name, value)) info[name] = value
  }
  const fallback = getMember(displayNameFallback, type)
  return fallback === undefined ? info : { ...readDisplayNames(fallback, parameters), ...info }
}

/** Reads display names in all languages from the type-specific parameter. */
function readDisplayNames(fallback: string, parameters: Readonly<Record<string, unknown>>): UiInfo {
  const names = Object.entries(parameters).flatMap(([name, value]) => {
    const [plain, tag] = name.split('#', 2)
    const displayName = tag === undefined ? 'display_name' : `display_name#${tag}`
    return plain === fallback && isInformational(displayName, value) ? [[displayName, value] as const] : []
  })
  return Object.fromEntries(names.slice(0, MAX_MEMBERS))
}

/** The name may have a language tag after `#` (§5.2.2). */
function isInformational(name: string, value: unknown): boolean {
  const isValid = getMember(uiClaims, name.split('#', 1)[0] ?? '')
  if (!isValid?.(value)) return false
  return JSON.stringify(value).length <= MAX_VALUE_LENGTH
}
