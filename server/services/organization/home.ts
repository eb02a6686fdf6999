/**
 * The home of an organization: the anchor that it came from. Only operators there change what every anchor shares of it,
 * admit it to another anchor, and say who acts for it.
 */
import type { Organization } from '#prisma/generated/client/client.ts'
import { Prisma } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'
import { AnchorAccessError } from '#server/error/operation-error.ts'
import { type Caller, callerIn, callerMay } from '#server/identity/caller.ts'
import { FIRST_ANCHOR } from '#store/anchors.ts'

type AtHome = Pick<Organization, 'name' | 'homeSlug'>

export function operatesHome(caller: Caller, { homeSlug: slug }: Pick<AtHome, 'homeSlug'>): boolean {
  return callerMay(callerIn(caller, { slug, isFirst: slug === FIRST_ANCHOR }), 'operate')
}

/** @throws AnchorAccessError */
export function requireHome(caller: Caller, organization: AtHome): void {
  if (operatesHome(caller, organization)) return
  throw new AnchorAccessError(
    'FORBIDDEN',
    `${organization.name} comes from another anchor. Ask an operator there to do this.`,
  )
}

/**
 * Ends the place of organizations in an anchor: of one, or of all. Where it was their home, the next anchor that admits them
 * is: the first one of the installation before others, which follow by slug. One that no other anchor admits is deleted.
 */
export async function giveUp(tx: Transaction, anchorSlug: string, id?: number): Promise<void> {
  const which = id === undefined ? {} : { id }
  await tx.organization.deleteMany({ where: { ...which, anchors: { every: { anchorSlug }, some: {} } } })
  await tx.$executeRaw`
    UPDATE "Organization" SET "homeSlug" = (
      SELECT "anchorSlug" FROM "OrganizationAnchor"
      WHERE "organizationId" = "Organization"."id" AND "anchorSlug" <> ${anchorSlug}
      ORDER BY "anchorSlug" <> ${FIRST_ANCHOR}, "anchorSlug" LIMIT 1)
    WHERE "homeSlug" = ${anchorSlug} ${id === undefined ? Prisma.empty : Prisma.sql`AND "id" = ${id}`}`
  const place = { anchorSlug, ...(id === undefined ? {} : { organizationId: id }) }
  await tx.organizationAnchor.deleteMany({ where: place })
}
