/** Renews a subordinate for an operator or a run: fetches its Entity Configuration again and applies the changes. */
import type { Difference } from '#core/json-difference.ts'
import type { Subordinate } from '#prisma/generated/client/client.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { ServiceContext } from '#server/services/context.ts'
import type { Follower, Manner } from '#server/services/subordinate/follow.ts'
import { accepted } from '#server/services/subordinate/rejection.ts'
import { findSubordinate } from '#server/services/subordinate/row.ts'

export type Renewal = {
  subordinate: Subordinate
  /** The entity's changes since the previous configuration; empty without changes. */
  differences: Difference[]
}

export function createSubordinateRenewal({ db }: ServiceContext, { look, store }: Follower) {
  async function renewAs(manner: Manner, caller: Caller, id: number): Promise<Renewal> {
    const before = await findSubordinate(db, id)
    const seen = await look(before)
    const differences = await store(caller, before, seen, manner)
    accepted(seen, { subject: 'id', fields: {} })
    return { subordinate: await findSubordinate(db, id), differences }
  }

  return {
    /** For an operator: always signs a new statement. @throws EntityRejectedError, ConflictError */
    renew: (caller: Caller, id: number): Promise<Renewal> =>
      renewAs({ isFollowed: true, signs: 'always' }, caller, id),

    /** For runs: writes a new version only after changes. @throws EntityRejectedError, ConflictError */
    refresh: (caller: Caller, id: number): Promise<Renewal> =>
      renewAs({ isFollowed: true, signs: 'when due' }, caller, id),
  }
}
