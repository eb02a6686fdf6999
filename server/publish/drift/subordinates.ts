/** Compares subordinates: statements, Entity Configurations and the data for lists. A statement must also be current. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import { toUnix } from '#server/clock.ts'
import { readSettings } from '#server/database/settings.ts'
import type { PublishContext } from '#server/publish/context.ts'
import {
  compare,
  type Drift,
  type DriftKind,
  type DriftSource,
  memberIf,
  PAGE,
} from '#server/publish/drift/drift.ts'
import { toPublish } from '#server/publish/outbox.ts'
import { subordinateInfo } from '#server/publish/rows.ts'
import { type CurrencyContext, findFault, isSigned } from '#server/publish/statements.ts'
import { kindSets } from '#server/publish/write.ts'
import { scanHash, scanSet } from '#store/scan.ts'
import { formatSubordinateInfo } from '#store/subordinate-info.ts'

const setWords = {
  relyingParties: 'Relying Parties',
  openidProviders: 'OpenID Providers',
  intermediates: 'Intermediates',
} as const satisfies Record<(typeof kindSets)[number][0], string>

export const subordinates: DriftSource = { names, driftOf }

/** Expected or actual data of one subordinate; null: absent. */
type Content = {
  statement: string | null
  configuration: string | null
  info: string | null
  /** In the order of the table of sets. */
  memberships: readonly (string | null)[]
  /** Why the expected statement has to be signed again. */
  fault?: string | null
}
const nothing: Content = {
  statement: null,
  configuration: null,
  info: null,
  memberships: kindSets.map(() => null),
}

async function driftOf(context: PublishContext, entityIds: readonly string[]): Promise<Drift[]> {
  if (entityIds.length === 0) return []
  const [expected, actual] = await Promise.all([
    readExpected(context, entityIds),
    readPublished(context, entityIds),
  ])
  return entityIds.flatMap((entityId, at) => {
    const found = differences(expected.get(entityId) ?? nothing, actual[at] ?? nothing)
    const [first] = found
    if (!first) return []
    const words = `${found.map(({ what }) => what).join(', ')} of ${entityId}`
    return [{ kind: first.kind, words, name: entityId, item: toPublish('subordinate', entityId) }]
  })
}

type Difference = { kind: DriftKind; what: string }

function differences(expected: Content, actual: Content): Difference[] {
  const signed = differing([
    ['Subordinate Statement', expected.statement, actual.statement],
    ['Entity Configuration', expected.configuration, actual.configuration],
  ])
  // Another writer wrote this statement and may omit the rest, which is not a second difference.
  if (signed.length > 0) return signed
  if (expected.fault) return [{ kind: 'different', what: `Subordinate Statement (${expected.fault})` }]
  return differing([
    ['information for lists', expected.info, actual.info],
    ...kindSets.map(([name], at) => {
      return [
        `place among the ${setWords[name]}`,
        expected.memberships[at] ?? null,
        actual.memberships[at] ?? null,
      ] as const
    }),
  ])
}

type Pair = readonly [what: string, expected: string | null, actual: string | null]

function differing(pairs: readonly Pair[]): Difference[] {
  return pairs.flatMap(([what, expected, actual]) => {
    const kind = compare(expected, actual)
    return kind ? [{ kind, what }] : []
  })
}

/** The columns that are published, or decide whether the row is published. */
const asPublished = {
  entityId: true,
  statement: true,
  entityConfiguration: true,
  entityTypes: true,
  intermediate: true,
  registeredAt: true,
  statementIssuedAt: true,
  statementExpiresAt: true,
  statementBasis: true,
  jwks: true,
  version: true,
  unsignedChanges: true,
  autorenew: true,
  failingSince: true,
} satisfies Prisma.SubordinateSelect

/** Active rows only; a row that was never signed is not published. */
async function readExpected(context: PublishContext, entityIds: readonly string[]) {
  const { db, entityId, signingKeys, now } = context
  const currency: CurrencyContext = {
    entityId,
    settings: await readSettings(db),
    signer: signingKeys.current().signer,
    now: toUnix(now()),
  }
  const rows = await db.subordinate.findMany({
    where: { entityId: { in: [...entityIds] }, active: true },
    select: asPublished,
  })
  return new Map(
    rows.filter(isSigned).map((row) => {
      const info = subordinateInfo(row)
      const content: Content = {
        statement: row.statement,
        configuration: row.entityConfiguration,
        info: formatSubordinateInfo(info),
        memberships: kindSets.map(([, belongs]) => memberIf(belongs(info))),
        fault: repairableFault(row, currency),
      }
      return [row.entityId, content]
    }),
  )
}

type Row = Prisma.SubordinateGetPayload<{ select: typeof asPublished }>

/** The statement of a member that fails its checks, or that is not renewed automatically, is meant to expire. */
function repairableFault(
  row: Parameters<typeof findFault>[0] & Row,
  currency: CurrencyContext,
): string | null {
  const fault = findFault(row, currency)
  const isMeant = fault === 'expired' && (!row.autorenew || row.failingSince !== null)
  return isMeant ? null : fault
}

async function readPublished(
  { redis, keys }: PublishContext,
  entityIds: readonly string[],
): Promise<Content[]> {
  const [statements, configurations, infos, ...sets] = await Promise.all([
    redis.hmget(keys.subordinates, ...entityIds),
    redis.hmget(keys.subordinateConfigurations, ...entityIds),
    redis.hmget(keys.subordinateInfo, ...entityIds),
    ...kindSets.map(([name]) => redis.smismember(keys[name], ...entityIds)),
  ])
  return entityIds.map((_, at) => ({
    statement: statements[at] ?? null,
    configuration: configurations[at] ?? null,
    info: infos[at] ?? null,
    memberships: sets.map((members) => memberIf(members[at] === 1)),
  }))
}

/** Yields the expected subordinates, then others with data in Redis. */
async function* names(context: PublishContext): AsyncGenerator<string[]> {
  const { db } = context
  for (let after = ''; ; ) {
    const page = await db.subordinate.findMany({
      where: { active: true, entityId: { gt: after } },
      orderBy: { entityId: 'asc' },
      take: PAGE,
      select: { entityId: true },
    })
    const last = page.at(-1)
    if (!last) break
    yield page.map(({ entityId }) => entityId)
    after = last.entityId
  }
  for await (const page of publishedNames(context)) {
    const where = { active: true, entityId: { in: page } }
    const known = await db.subordinate.findMany({ where, select: { entityId: true } })
    const compared = new Set(known.map(({ entityId }) => entityId))
    yield page.filter((entityId) => !compared.has(entityId))
  }
}

async function* publishedNames({ redis, keys }: PublishContext): AsyncGenerator<string[]> {
  for (const key of [keys.subordinates, keys.subordinateInfo]) {
    for await (const page of scanHash(redis, key)) yield page.map(([entityId]) => entityId)
  }
  for (const [name] of kindSets) yield* scanSet(redis, keys[name])
}
