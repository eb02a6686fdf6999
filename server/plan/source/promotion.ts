/** Members of another anchor, with the Trust Mark types that they hold or require. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { type Subordinate, typedSubordinate, typedTrustMarkType } from '#server/database/typed-row.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import { organizationNames } from '#server/plan/kind/organizations.ts'
import type { Source } from '#server/plan/plan.ts'
import { notFound, objectsOf, type SourceContext } from '#server/plan/source/source.ts'
import type { Wanted } from '#server/plan/wanted.ts'
import { pickFields } from '#server/services/patch.ts'
import { subordinateFields } from '#server/services/subordinate/input.ts'
import { trustMarkTypeFields } from '#server/services/trust-mark/trust-mark-types.ts'

/** Each member that is new is examined. */
const MAXIMUM = 10_000

export type PromotionSource = {
  from: { db: Database; slug: string }
  where: Prisma.SubordinateWhereInput
  /** Those that are named, to say which are unknown. */
  named?: readonly string[]
}

/** @throws InvalidInputError */
export async function fromAnchor(
  context: SourceContext,
  { from, where, named }: PromotionSource,
): Promise<Source> {
  if (from.slug === context.slug) throw new InvalidInputError('Name another anchor than this one.', 'from')
  const rows = await from.db.subordinate.findMany({ where, orderBy: { id: 'asc' }, take: MAXIMUM + 1 })
  if (rows.length === 0)
    throw new InvalidInputError('No subordinate of that anchor is chosen.', 'subordinates')
  if (rows.length > MAXIMUM)
    throw new InvalidInputError(`At most ${MAXIMUM} subordinates are promoted at once.`, 'subordinates')
  const members = rows.map(typedSubordinate)
  const admitted = await organizationNames(
    context.db,
    members.map(({ organizationId }) => organizationId),
  )
  const wanted = [
    ...(await typesOf(from.db, members, where)),
    ...members.map((row) => memberOf(row, admitted)),
  ]
  return {
    anchor: context.slug,
    objects: objectsOf(wanted),
    warnings: notFound(named, rows),
    isIndependent: true,
  }
}

/** The anchor's own types of the marks that the members hold or must hold. */
async function typesOf(
  db: Database,
  members: readonly Subordinate[],
  where: Prisma.SubordinateWhereInput,
): Promise<Wanted[]> {
  const required = [...new Set(members.flatMap(({ requiredTrustMarks }) => requiredTrustMarks))]
  const held = { trustMarks: { some: { active: true, subordinate: where } } }
  const rows = await db.trustMarkType.findMany({ where: { OR: [held, { type: { in: required } }] } })
  return rows.map((row) => ({
    section: 'trustMarkTypes',
    key: row.type,
    isNew: true,
    wanted: { type: row.type, ...pickFields(trustMarkTypeFields, typedTrustMarkType(row)) },
  }))
}

/** Its keys too: its configuration must verify with those that are known. */
function memberOf(row: Subordinate, admitted: ReadonlyMap<number, string>): Wanted {
  const { entityId, active, keysCompared } = row
  const { metadata, organizationId, ...fields } = pickFields(subordinateFields, row)
  const organization = admitted.get(organizationId ?? 0)
  const wanted = {
    ...{ entityId, active, keysCompared, ...fields },
    ...(organization === undefined ? {} : { organization }),
    ...(row.metadataFollowsEntity ? {} : { metadata }),
  }
  return { section: 'members', key: entityId, isNew: true, wanted }
}
