/** Finds the valid Trust Marks that a plan ends: revoked, with their holder or type, or by other owners and issuers (§7). */
import { isJsonEqual } from '#core/json.ts'
import { Prisma } from '#prisma/generated/client/client.ts'
import { type Settings, type TrustMarkType, typedTrustMarkType } from '#server/database/typed-row.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { unrecognizedMarks } from '#server/services/effect/carried-marks.ts'
import type { PlannedState, PlannedType } from '#server/services/effect/planned-state.ts'
import { EXAMPLES } from '#server/services/effect/tally.ts'
import { findFaults, rulesOf } from '#server/services/trust-mark/judgement.ts'

/** The first reason that applies. */
export type EndReason =
  | 'REVOKED'
  | 'HOLDER_REMOVED'
  | 'TYPE_REMOVED'
  | 'TYPE_DEACTIVATED'
  | 'DELEGATION'
  | 'ISSUER'

/** `examples`: Entity Identifiers of holders. */
export type EndingMarks = { trustMarkType: string; reason: EndReason; count: number; examples: string[] }

type Context = Pick<ServiceContext, 'db' | 'entityId' | 'allowHttp' | 'signingKeys' | 'now'>
/** Marks of a type that end with it, or that have this delegation, by its MD5. */
type TypeEnd = { id: number; reason: EndReason; hash: string | null }

/** The largest groups first. `isComplete` false: it took too long, and some members were not examined. */
export async function endingMarks(
  context: Context,
  planned: PlannedState,
  present: Settings,
): Promise<{ marks: EndingMarks[]; isComplete: boolean }> {
  const { holders, isComplete } = await unrecognizedMarks(context, planned, present)
  const carried = [...holders].map(([trustMarkType, found]) => ({
    trustMarkType,
    reason: 'ISSUER' as const,
    ...found,
  }))
  const marks = [...(await endingOwnMarks(context, planned, present)), ...carried]
  return { marks: marks.sort((one, other) => other.count - one.count), isComplete }
}

/** Those that this anchor issued. */
async function endingOwnMarks(
  context: Context,
  planned: PlannedState,
  present: Settings,
): Promise<EndingMarks[]> {
  const { ended = [], kept = new Set<string>() } = planned.marks ?? {}
  const removed = [...(planned.members ?? [])].flatMap(([entityId, { after }]) =>
    after === null && !kept.has(entityId) ? [entityId] : [],
  )
  const ends = await findTypeEnds(context, planned, present)
  if (ended.length + removed.length + ends.length === 0) return []
  const column = (name: 'id' | 'reason' | 'hash') => ends.map((end) => end[name])
  return context.db.$queryRaw<EndingMarks[]>(Prisma.sql`
    WITH revoked AS (SELECT * FROM unnest(${ended.map((mark) => mark.trustMarkType)}::text[],
        ${ended.map(({ entityId }) => entityId)}::text[]) AS r ("type", "entityId")),
      ends AS (SELECT * FROM unnest(${column('id')}::int[], ${column('reason')}::text[], ${column('hash')}::text[])
        AS e ("typeId", "reason", "hash")),
      found AS (
        SELECT t."type", m."entityId", CASE
          WHEN EXISTS (SELECT 1 FROM revoked r WHERE r."type" = t."type" AND r."entityId" = m."entityId") THEN 'REVOKED'
          WHEN s."entityId" = ANY (${removed}) THEN 'HOLDER_REMOVED'
          ELSE (SELECT max(e."reason") FROM ends e WHERE e."typeId" = t."id"
            AND (e."hash" IS NULL OR e."hash" = md5(coalesce(m."delegation", '')))) END AS "reason"
        FROM "TrustMark" m JOIN "TrustMarkType" t ON t."id" = m."trustMarkTypeId"
          LEFT JOIN "Subordinate" s ON s."id" = m."subordinateId"
        WHERE m."active" AND m."invalidReason" IS NULL AND m."expiresAt" > ${context.now()})
    SELECT "type" AS "trustMarkType", "reason", count(*)::int AS "count",
      (array_agg("entityId" ORDER BY "entityId"))[:${EXAMPLES}] AS "examples"
    FROM found WHERE "reason" IS NOT NULL GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2`)
}

/** A deactivated or removed type ends all of its marks; another owner or other keys of it, those with a delegation of before. */
async function findTypeEnds(context: Context, planned: PlannedState, present: Settings): Promise<TypeEnd[]> {
  const changes = planned.marks?.types ?? new Map<string, PlannedType>()
  const settings = { ...present, ...planned.settings }
  const changesOwners = !isJsonEqual(present.trustMarkOwners, settings.trustMarkOwners)
  if (changes.size === 0 && !changesOwners) return []
  const where = changesOwners ? { active: true } : { active: true, type: { in: [...changes.keys()] } }
  const types = (await context.db.trustMarkType.findMany({ where })).map(typedTrustMarkType)
  const found = await Promise.all(
    types.map((type) => findEndsOf(context, type, changes.get(type.type)?.after, { present, settings })),
  )
  return found.flat()
}

async function findEndsOf(
  context: Context,
  type: TrustMarkType,
  after: PlannedType['after'] | undefined,
  { present, settings }: { present: Settings; settings: Settings },
): Promise<TypeEnd[]> {
  const { id } = type
  if (after === null) return [{ id, reason: 'TYPE_REMOVED', hash: null }]
  if (after?.active === false) return [{ id, reason: 'TYPE_DEACTIVATED', hash: null }]
  const rules = rulesOf(context, { ...type, ...after }, settings)
  if (isJsonEqual(rules.owner ?? null, rulesOf(context, type, present).owner ?? null)) return []
  const faults = await findFaults(context, type, rules)
  return faults.map(({ hash }) => ({ id, reason: 'DELEGATION', hash }))
}
