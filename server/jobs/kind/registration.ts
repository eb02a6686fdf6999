/** The runs that register a list of entities: any, or members of another anchor with their Trust Mark types. */
import { ConflictError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { RunContext } from '#server/jobs/context.ts'
import { type RunKindRow, wouldChange } from '#server/jobs/kind/row.ts'
import { isDryRun, type Outcome, type Task } from '#server/jobs/task.ts'
import type { ImportedEntity } from '#server/services/subordinate/import.ts'
import type { RegisterInput } from '#server/services/subordinate/input.ts'
import type { TrustMarkTypeFields } from '#server/services/trust-mark/trust-mark-types.ts'

/** Most of the time an item waits for its entity. Those that are ready at the same time are written together. */
const AT_A_TIME = 64

export const importing = {
  action: 'importSubordinates',
  work: register,
  atATime: AT_A_TIME,
} as const satisfies RunKindRow

async function register({ db, services }: RunContext, task: Task): Promise<Outcome> {
  const { isDuplicate, ...input } = task.item.input as ImportedEntity // as received; registration parses every field
  if (isDuplicate) return { message: 'An earlier line names the same entity.', isSkipped: true }
  if (isDryRun(task)) {
    const shown = await wouldChange(task.caller, (by) => services.subordinates.register(by, input))
    return { message: 'Would register it and publish a statement about it.', ...shown }
  }
  try {
    await services.subordinates.register(task.caller, input)
    return {}
  } catch (error) {
    if (!(error instanceof ConflictError) || !task.isResumed) throw error
    const row = await db.subordinate.findUnique({ where: { entityId: input.entityId } })
    if (!row || row.registeredAt < task.run.startedAt) throw error
    return { message: 'Already registered since the run started.' }
  }
}

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
  const create = (by: Caller) => services.trustMarkTypes.create(by, { type, ...fields })
  if (isDryRun(task))
    return { message: 'Would create the Trust Mark type.', ...(await wouldChange(task.caller, create)) }
  try {
    await create(task.caller)
    return { message: 'Created the Trust Mark type.' }
  } catch (error) {
    if (error instanceof ConflictError) return known
    throw error
  }
}
