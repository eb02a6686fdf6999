/** Ends the open requests of a user whose rights change or end: what remains of them may not be enough to ask. */
import { systemClock } from '#server/clock.ts'
import type { Transaction } from '#server/database/client.ts'
import type { Caller } from '#server/identity/caller.ts'
import { approvalIdOf } from '#server/services/protection/approval.ts'

const SENTENCE = 'The rights of the requester have changed since. Make the change again.'

/** Also those of API keys that the user made. */
export const openRequestsOf = (user: string) => ({
  state: 'OPEN',
  OR: [{ requestedBy: user }, { keyCreatedBy: user }],
})

/** The request that is executed now ends by its approval. */
export async function endRequestsOf(tx: Transaction, caller: Caller, user: string): Promise<void> {
  const executed = approvalIdOf(caller)
  const where = { ...openRequestsOf(user), ...(executed === null ? {} : { id: { not: executed } }) }
  const data = { state: 'REFUSED', decidedBy: caller.name, decidedAt: systemClock(), message: SENTENCE }
  await tx.approval.updateMany({ where, data })
}
