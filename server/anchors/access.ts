/** The anchors in which a caller has a role, and the one that it names. */
import type { Anchor } from '#server/anchors/anchor.ts'
import type { Anchors } from '#server/anchors/anchors.ts'
import { AnchorAccessError } from '#server/error/operation-error.ts'
import { type Caller, callerIn, callerMay } from '#server/identity/caller.ts'
import type { Scope } from '#server/identity/roles.ts'

/** Who asks, and the anchors that there are. */
type Inquiry = { anchors: Pick<Anchors, 'list'>; caller: Caller | null }

/** Those in which the caller has a role. */
export function anchorsOf({ anchors, caller }: Inquiry): Anchor[] {
  return anchors
    .list()
    .flatMap(({ running }) => (running && caller && callerIn(caller, running).role !== null ? running : []))
}

/** By slug or Entity Identifier. Only callers with a role in an anchor learn that it exists. @throws AnchorAccessError */
export function findAnchor(inquiry: Inquiry, name: string): Anchor {
  const found = anchorsOf(inquiry).find(({ slug, entityId }) => slug === name || entityId === name)
  if (found) return found
  throw new AnchorAccessError(
    'NOT_FOUND',
    `There is no anchor ${JSON.stringify(name.slice(0, 100))} in which you have a role.`,
  )
}

/** As `findAnchor`, for a caller who has the right there. @throws AnchorAccessError */
export function requireAnchor(inquiry: Inquiry, name: string, scope: Scope): Anchor {
  const anchor = findAnchor(inquiry, name)
  const { caller } = inquiry
  if (caller && callerMay(callerIn(caller, anchor), scope)) return anchor
  throw new AnchorAccessError('FORBIDDEN', `Your role in ${anchor.slug} does not allow this.`)
}
