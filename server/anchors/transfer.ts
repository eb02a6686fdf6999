/** Brings members with their Trust Mark types, and organizations, from one anchor to another one. */
import type { Organization, Prisma, Run, TrustMarkType } from '#prisma/generated/client/client.ts'
import { requireAnchor } from '#server/anchors/access.ts'
import type { Anchor } from '#server/anchors/anchor.ts'
import type { Anchors } from '#server/anchors/anchors.ts'
import { type Subordinate, typedSubordinate, typedTrustMarkType } from '#server/database/typed-row.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import { type Caller, callerIn } from '#server/identity/caller.ts'
import type { PromotedItem } from '#server/jobs/kind/registration.ts'
import type { RunItemInput } from '#server/jobs/kind/row.ts'
import { requireHome } from '#server/services/organization/home.ts'
import { pickFields } from '#server/services/patch.ts'
import { subordinateFields } from '#server/services/subordinate/input.ts'
import { trustMarkTypeFields } from '#server/services/trust-mark/trust-mark-types.ts'

const MAXIMUM = 10_000

/** The run is one of the anchor that they come to. @throws InvalidInputError, ConflictError */
export async function startPromotion(
  caller: Caller,
  from: Anchor,
  to: Anchor,
  where: Prisma.SubordinateWhereInput,
  { dryRun }: { dryRun: boolean },
): Promise<Run> {
  const { db } = from
  const rows = await db.subordinate.findMany({ where, orderBy: { id: 'asc' }, take: MAXIMUM + 1 })
  if (rows.length === 0)
    throw new InvalidInputError('No subordinate of this anchor is chosen.', 'subordinates')
  if (rows.length > MAXIMUM)
    throw new InvalidInputError(`At most ${MAXIMUM} subordinates are promoted at once.`, 'subordinates')
  const members = rows.map(typedSubordinate)
  const admitted = await organizationsIn(to, members)
  const items = [
    ...(await typesOf(from, members)).map(typeItem),
    ...members.map((member) => memberItem(member, admitted)),
  ]
  const parameters = { from: from.slug, ...(dryRun ? { dryRun } : {}) }
  return to.runs.start(caller, 'PROMOTION', { parameters, items })
}

/** The anchor's own types of the marks that the members hold or must hold. */
function typesOf({ db }: Anchor, members: readonly Subordinate[]): Promise<TrustMarkType[]> {
  const required = [...new Set(members.flatMap(({ requiredTrustMarks }) => requiredTrustMarks))]
  const holders = members.map(({ id }) => id)
  const held = { trustMarks: { some: { active: true, subordinateId: { in: holders } } } }
  return db.trustMarkType.findMany({
    where: { OR: [held, { type: { in: required } }] },
    orderBy: { id: 'asc' },
  })
}

/** The keys of the members' organizations that the anchor admits. */
async function organizationsIn({ db }: Anchor, members: readonly Subordinate[]): Promise<Set<number>> {
  const keys = new Set(members.flatMap(({ organizationId }) => organizationId ?? []))
  const found = await db.organization.findMany({ where: { id: { in: [...keys] } }, select: { id: true } })
  return new Set(found.map(({ id }) => id))
}

function typeItem(row: TrustMarkType): RunItemInput {
  const fields = pickFields(trustMarkTypeFields, typedTrustMarkType(row))
  return itemOf(row.type, { type: { type: row.type, ...fields } })
}

/** Its keys too: its configuration must verify with those that are known. */
function memberItem(row: Subordinate, admitted: ReadonlySet<number>): RunItemInput {
  const { entityId, active, keysCompared } = row
  const { metadata, organizationId, ...fields } = pickFields(subordinateFields, row)
  return itemOf(entityId, {
    ...{ entityId, active, keysCompared, ...fields },
    ...(admitted.has(organizationId ?? 0) ? { organizationId } : {}),
    ...(row.metadataFollowsEntity ? {} : { metadata }),
  })
}

const itemOf = (resource: string, input: PromotedItem): RunItemInput => ({
  resource,
  input: { ...input } as Prisma.InputJsonObject, // from JSON columns
})

type Admission = {
  /** The organization's number. */
  id: number
  /** An anchor that has it, by slug or Entity Identifier. */
  from: string
  /** The anchor that admits it too. */
  to: string
}

/**
 * Takes the right to operate in the organization's home and in the other anchor, which it returns.
 * @throws AnchorAccessError, NotFoundError, ConflictError
 */
export async function admitOrganization(
  anchors: Anchors,
  caller: Caller,
  { id, from, to }: Admission,
): Promise<{ anchor: Anchor; organization: Organization }> {
  const source = requireAnchor({ anchors, caller }, from, 'read')
  const anchor = requireAnchor({ anchors, caller }, to, 'operate')
  requireHome(caller, await source.services.organizations.find(id))
  return { anchor, organization: await anchor.services.organizations.admit(callerIn(caller, anchor), id) }
}
