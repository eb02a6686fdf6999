/** The run that registers members of another anchor in this one, after the Trust Mark types that they need. */
import { ConflictError } from '#server/error/operation-error.ts'
import type { RunContext } from '#server/jobs/context.ts'
import { importing } from '#server/jobs/kind/import.ts'
import type { RunKindRow } from '#server/jobs/kind/row.ts'
import { wouldChange } from '#server/jobs/kind/would-change.ts'
import { isDryRun, type Outcome, type Task } from '#server/jobs/task.ts'
import type { RegisterInput } from '#server/services/subordinate/input.ts'
import type { TrustMarkTypeFields } from '#server/services/trust-mark/trust-mark-types.ts'

/** An item is a type, or a member: examined again, as at any registration. */
export type PromotedItem = { type: TrustMarkTypeFields & { type: string } } | RegisterInput

export const promotion: RunKindRow = { action: 'promoteSubordinates', inWords: 'promotion', work: promote }

async function promote(context: RunContext, task: Task): Promise<Outcome> {
  const input = task.item.input as PromotedItem // as the start of the run wrote it
  return 'type' in input ? createType(context, task, input.type) : importing.work(context, task)
}

async function createType(
  { db, services }: RunContext,
  task: Task,
  { type, ...fields }: TrustMarkTypeFields & { type: string },
): Promise<Outcome> {
  const known = { message: 'This anchor has the Trust Mark type already.', isSkipped: true }
  if (await db.trustMarkType.findUnique({ where: { type } })) return known
  const create = () => services.trustMarkTypes.create(task.caller, { type, ...fields })
  if (isDryRun(task)) return { message: 'Would create the Trust Mark type.', ...(await wouldChange(create)) }
  try {
    await create()
    return { message: 'Created the Trust Mark type.' }
  } catch (error) {
    if (error instanceof ConflictError) return known
    throw error
  }
}
