/** Applies a step of a plan. A step that is repeated does nothing more; one that another change overtook is refused. */

import { ConflictError, NotFoundError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import { userNamed, whoOperates } from '#server/identity/operators.ts'
import type { ApplyContext, StoredObject } from '#server/plan/kind/row.ts'
import { kinds } from '#server/plan/kinds.ts'
import type { Section } from '#server/plan/section.ts'
import { changedFields, changesOf, isPlanned, type Step } from '#server/plan/step.ts'
import type { AskedIn } from '#server/plan/wanted.ts'
import { hasCompeting, refuseCompeting } from '#server/services/request/competing.ts'

/**
 * What is left to do for a step. `waitsFor`: an object that does not exist yet. `check`: finds out whether it would be
 * refused; absent: a rehearsal does.
 */
export type Remaining =
  | {
      perform: (caller: Caller) => Promise<unknown>
      check?: (caller: Caller) => Promise<unknown>
      waitsFor: string | null
    }
  | { done: string }

/** @throws ConflictError when the object changed since the plan */
export async function remainingOf(context: ApplyContext, step: Step): Promise<Remaining> {
  const { section, key, verb, fields, changes, isAgain = false } = step
  if (step.request) return approvalOf(context, step.request)
  const { noun, create, change, remove } = kinds[section]
  const stored = await find(context, section, key)
  if (verb === 'REMOVE') {
    if (!stored || !remove) return { done: `There is no ${noun} of this name any more.` }
    return { perform: (caller) => remove(context, caller, stored, fields), waitsFor: null }
  }
  if (!stored || (isAgain && stored.hasEnded)) {
    if (verb === 'CHANGE' || !create)
      throw new ConflictError(`The ${noun} was removed since the plan was made. Make a new plan.`)
    const perform = (caller: Caller) => create(context, caller, fields)
    return { perform, waitsFor: await firstMissing(context, step) }
  }
  const remaining = changedFields(stored, fields)
  if (Object.keys(remaining).length === 0 || !change) return { done: `The ${noun} is as described already.` }
  if (!isPlanned(changesOf(stored.fields, remaining), changes))
    throw new ConflictError(`The ${noun} was changed since the plan was made. Make a new plan.`)
  const perform = (caller: Caller) => change(context, caller, stored, remaining)
  return { perform, waitsFor: await firstMissing(context, step) }
}

/** The approval of the request does the step, in the same transaction. @throws OperationError if it cannot be approved */
async function approvalOf(context: ApplyContext, { id, version }: AskedIn): Promise<Remaining> {
  const { db, services, reason } = context
  const request = await db.request.findUnique({ where: { id } })
  if (!request) throw new NotFoundError('The request was removed.')
  if (request.state === 'APPROVED') return { done: 'The request was approved already.' }
  const require = async (caller: Caller) => {
    await requireOperator(context, caller)
    if (await hasCompeting(db, request)) refuseCompeting()
  }
  return {
    async perform(caller) {
      await require(caller)
      return services.requests.approve(caller, { id, version, text: reason })
    },
    async check(caller) {
      await require(caller)
      await services.requests.checkApproval(caller, { id, version })
    },
    waitsFor: null,
  }
}

/** A run outlives the rights of who started it. The command line has no user. @throws ConflictError */
async function requireOperator({ db, slug }: ApplyContext, { name, method }: Caller): Promise<void> {
  if (method !== 'session' && method !== 'api_key') return
  const where = { AND: [whoOperates(slug), userNamed(name)] }
  if ((await db.user.count({ where })) > 0) return
  throw new ConflictError(`${name} started the run and may not operate in this anchor any more.`)
}

async function find({ db, now }: ApplyContext, section: Section, key: string): Promise<StoredObject | null> {
  for await (const page of kinds[section].read(db, { keys: [key] }, now())) {
    const found = page.find((object) => object.key === key)
    if (found) return found
  }
  return null
}

/** The first object that a step refers to and that does not exist: another step creates it. */
async function firstMissing(context: ApplyContext, { section, fields }: Step): Promise<string | null> {
  for (const reference of kinds[section].references?.(fields) ?? []) {
    const found = await find(context, reference.section, reference.key)
    if (!found) return `${kinds[reference.section].noun} ${reference.key}`
  }
  return null
}
