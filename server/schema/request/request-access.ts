/** Finds the request of an id for a caller on either side, and the context of its anchor. */
import { NotFoundError } from '#server/error/operation-error.ts'
import { callerMay, isMember } from '#server/identity/caller.ts'
import type { Scope } from '#server/identity/roles.ts'
import { contextOf, contextWith } from '#server/schema/anchor-context.ts'
import type { Context } from '#server/schema/context.ts'
import { locateId } from '#server/schema/global-id.ts'
import { nodeId } from '#server/schema/input.ts'
import { FIRST_ANCHOR } from '#store/anchors.ts'

export type RequestAccess = {
  /** The context of the request's anchor. */
  scoped: Context
  id: number
  /** Whether the caller acts for the organization, rather than as an operator. */
  byMember: boolean
}

/**
 * `scope` is what an operator needs.
 * @throws GraphQLError FORBIDDEN or NOT_FOUND for callers who act for no organization, NotFoundError for others
 */
export async function accessRequest(
  context: Context,
  globalId: string,
  scope: Scope,
): Promise<RequestAccess> {
  const { anchor, id } = locateId(globalId) ?? { anchor: null, id: globalId }
  const slug = anchor ?? FIRST_ANCHOR
  const { caller } = context
  // Before the id: a caller without the right is refused for every id.
  if (!caller || !isMember(caller)) contextWith(scope, context, slug)
  const key = nodeId(id, 'Request')
  const running = context.anchors.find(slug)?.running
  if (!running) throw new NotFoundError('There is no such request.', 'id')
  const scoped = contextOf(context, running)
  const { organizationId } = await scoped.services.requests.find(key)
  // An operator who acts for the organization is on its side: it could not approve the request either.
  if (await actsFor(scoped, organizationId)) return { scoped, id: key, byMember: true }
  if (scoped.caller && callerMay(scoped.caller, scope)) return { scoped, id: key, byMember: false }
  throw new NotFoundError('There is no such request.', 'id')
}

/** Whether the caller acts for an organization that the anchor admits. */
async function actsFor({ caller, db }: Context, organizationId: number | null): Promise<boolean> {
  if (organizationId === null || !caller?.organizations?.has(organizationId)) return false
  return (await db.organization.count({ where: { id: organizationId } })) > 0
}
