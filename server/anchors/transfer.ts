/** Brings an organization from one anchor to another one. */
import type { Organization } from '#prisma/generated/client/client.ts'
import { requireAnchor } from '#server/anchors/access.ts'
import type { Anchor } from '#server/anchors/anchor.ts'
import type { Anchors } from '#server/anchors/anchors.ts'
import { type Caller, callerIn } from '#server/identity/caller.ts'
import { requireHome } from '#server/services/organization/home.ts'

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
