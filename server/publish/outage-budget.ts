/** Reads what is published that expires before the outage budget has passed, by the reason. */
import { decodeJwt } from '#core/jws.ts'
import { SPREAD } from '#core/outage-budget.ts'
import { Prisma } from '#prisma/generated/client/client.ts'
import { readSettings } from '#server/database/settings.ts'
import { readOneTogether, readTogether } from '#server/database/together.ts'
import type { Settings } from '#server/database/typed-row.ts'
import type { PublishContext } from '#server/publish/context.ts'
import { type ExportedFiles, readExportedFiles } from '#server/publish/exported-files.ts'

/** Why something expires too early. `canChange`: the operators can change it; it is alerted then. */
const shortfallReasons = {
  NOT_RENEWED: { canChange: true },
  TOO_SHORT: { canChange: true },
  FILES_OLD: { canChange: true },
  NOT_AUTOMATIC: { canChange: false },
  HAS_PROBLEM: { canChange: false },
  KEY_ENDS: { canChange: false },
  DELEGATION_ENDS: { canChange: false },
  CHAIN_ENDS: { canChange: false },
} as const satisfies Record<string, { canChange: boolean }>

export type ShortfallReason = keyof typeof shortfallReasons

export type Shortfall = {
  /** As the manifest of an export names it. */
  kind: string
  /** When the first of them expires. */
  endsAt: Date
  /** How many there are; null: files are counted by the manifest, not by their end. */
  count: number | null
  reason: ShortfallReason
}

export type BudgetReport = { hours: number; shortfalls: Shortfall[] }

type Source = Pick<PublishContext, 'db' | 'redis' | 'keys' | 'now'>
type Ends = Record<'statement' | 'mark' | 'member', Date | null>

const HOUR_MS = 3_600_000

export const canChange = ({ reason }: Shortfall): boolean => shortfallReasons[reason].canChange

/** Null: there is no outage budget. */
export async function readBudgetReport(source: Source): Promise<BudgetReport | null> {
  const { db, now } = source
  const settings = await readSettings(db)
  const { outageBudget: hours } = settings
  if (hours === null) return null
  const at = now()
  const until = new Date(at.getTime() + hours * HOUR_MS)
  const times = { at, until }
  const [{ configuration, files }, statements, marks, ends] = await Promise.all([
    readPublished(source),
    readStatements(source, times),
    readMarks(source, times),
    readEnds(source, at),
  ])
  const own = configuration ? ofConfiguration(settings, configuration, until) : []
  const published = [...own, ...statements, ...marks]
  const old = files ? ofFiles(files, { configuration, ends, until }) : []
  const order = ({ endsAt }: Shortfall) => endsAt.getTime()
  return { hours, shortfalls: [...published, ...old].sort((one, other) => order(one) - order(other)) }
}

/** When the Entity Configuration ends, and the files of an export. Null without Redis: then another alert is more urgent. */
async function readPublished({ redis, keys }: Source) {
  const names = [keys.entityConfiguration, keys.manifest]
  const [jwt = null, manifest = null] = await redis.mget(names).catch(() => [])
  const exp = jwt === null ? undefined : decodeJwt(jwt).claims.exp
  const configuration = typeof exp === 'number' ? new Date(exp * 1000) : null
  return { configuration, files: readExportedFiles(manifest) }
}

function ofConfiguration(
  { entityConfigurationHours, outageBudget }: Settings,
  endsAt: Date,
  until: Date,
): Shortfall[] {
  if (endsAt >= until) return []
  const reason = entityConfigurationHours <= (outageBudget ?? 0) ? 'TOO_SHORT' : 'NOT_RENEWED'
  return [{ kind: 'entity_configuration', endsAt, count: 1, reason }]
}

type Times = { at: Date; until: Date }

function readStatements({ db }: Source, { until }: Times): Promise<Shortfall[]> {
  const end = Prisma.sql`jsonb_build_object('end', ${Math.floor(until.getTime() / 1000)}::float8)`
  const query = Prisma.sql`SELECT 'fetch' AS "kind", min("statementExpiresAt") AS "endsAt", count(*)::int AS "count", CASE
      WHEN NOT "autorenew" THEN 'NOT_AUTOMATIC'
      WHEN "failingSince" IS NOT NULL OR "unresolvableSince" IS NOT NULL THEN 'HAS_PROBLEM'
      WHEN least(coalesce("validFor", s."statementHours"), s."maximumStatementHours") <= s."outageBudget" THEN 'TOO_SHORT'
      WHEN NOT jsonb_path_exists("jwks", '$.keys[*] ? (!(@.exp < $end) && !exists (@.revoked))', ${end}) THEN 'KEY_ENDS'
      ELSE 'NOT_RENEWED' END AS "reason"
    FROM "Subordinate", (SELECT "statementHours", "maximumStatementHours", "outageBudget" FROM "Settings") s
    WHERE "active" AND "statementExpiresAt" < ${until}::timestamp GROUP BY "reason"`
  return readTogether<Shortfall>(db, query, ['endsAt'])
}

/** A mark that has expired is not renewed, but issued again by a person. */
function readMarks({ db }: Source, { at, until }: Times): Promise<Shortfall[]> {
  const validity = Prisma.sql`least(m."validFor", s."maximumTrustMarkHours")`
  const isShortened = Prisma.sql`m."delegation" IS NOT NULL
    AND m."expiresAt" - m."issuedAt" < ${validity} * ${1 - SPREAD}::float8 * interval '1 hour' - interval '1 second'`
  const query = Prisma.sql`SELECT 'trust_mark' AS "kind", min(m."expiresAt") AS "endsAt", count(*)::int AS "count", CASE
      WHEN NOT m."autorenew" THEN 'NOT_AUTOMATIC'
      WHEN m."failingSince" IS NOT NULL THEN 'HAS_PROBLEM'
      WHEN ${validity} <= s."outageBudget" THEN 'TOO_SHORT'
      WHEN ${isShortened} THEN 'DELEGATION_ENDS'
      ELSE 'NOT_RENEWED' END AS "reason"
    FROM "TrustMark" m JOIN "TrustMarkType" t ON t."id" = m."trustMarkTypeId", "Settings" s
    WHERE m."active" AND t."active" AND m."invalidSince" IS NULL
      AND m."expiresAt" > ${at}::timestamp AND m."expiresAt" < ${until}::timestamp GROUP BY "reason"`
  return readTogether<Shortfall>(db, query, ['endsAt'])
}

/** The first ends of what is published: of statements, of marks, and of the configurations of members. */
function readEnds({ db }: Source, at: Date): Promise<Ends> {
  const first = (column: string, table: string) => {
    const [name, rows] = [Prisma.raw(`"${column}"`), Prisma.raw(`"${table}"`)]
    return Prisma.sql`(SELECT min(${name}) FROM ${rows} WHERE "active" AND ${name} > ${at}::timestamp)`
  }
  const query = Prisma.sql`SELECT ${first('statementExpiresAt', 'Subordinate')} AS "statement",
    ${first('expiresAt', 'TrustMark')} AS "mark", ${first('entityConfigurationExpiresAt', 'Subordinate')} AS "member"`
  return readOneTogether<Ends>(db, query, ['statement', 'mark', 'member'])
}

/** Files that end before what is published ends, and those that end with what members sign. */
function ofFiles(
  { kinds }: ExportedFiles,
  { configuration, ends, until }: { configuration: Date | null; ends: Ends; until: Date },
): Shortfall[] {
  const { statement, mark, member } = ends
  const published: Readonly<Record<string, readonly (Date | null)[]>> = {
    entity_configuration: [configuration],
    status_list: [configuration],
    fetch: [statement],
    trust_mark: [mark],
    resolve: [configuration, statement, mark, member],
  }
  return kinds.flatMap(({ kind, endsAt }): Shortfall[] => {
    const known = (published[kind] ?? []).filter((end) => end !== null)
    if (endsAt === null || endsAt >= until || known.length === 0) return []
    // A manifest has whole seconds.
    const isOld = known.every((end) => endsAt.getTime() + 1000 < end.getTime())
    if (isOld) return [{ kind, endsAt, count: null, reason: 'FILES_OLD' }]
    return kind === 'resolve' ? [{ kind, endsAt, count: null, reason: 'CHAIN_ENDS' }] : []
  })
}
