/** A look of the worker at the scheduled rollover: gives notice of the steps that are near, and does the one that is due. */
import { OperationError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { ServiceContext } from '#server/services/context.ts'
import {
  type Given,
  giveNotice,
  givenOf,
  isReady,
  planSteps,
  type RolloverStep,
  toNotices,
} from '#server/services/signing-key/rollover/notice.ts'
import { HELD, type RolloverPlan, readRolloverPlan } from '#server/services/signing-key/rollover/plan.ts'
import { countUse, findSteps } from '#server/services/signing-key/rollover/steps.ts'
import type { createSigningKeyService } from '#server/services/signing-key/signing-keys.ts'
import type { Superiors } from '#server/services/superior/superiors.ts'

export type AdvanceDeps = Pick<ServiceContext, 'db' | 'now'> & {
  signingKeys: ReturnType<typeof createSigningKeyService>
  superiors: Pick<Superiors, 'check'>
}

/** Starts the run that signs the Trust Marks again; undefined while one is running. */
export type StartReissue = () => Promise<number | undefined>

/** The result as a sentence, and the run that was started. */
export type Advance = { message: string; runId?: number }

/**
 * Does at most one step, by the rules of the step itself. Of two workers that look at once, one does it. A step that is
 * refused stays the next one.
 */
export async function advance(
  deps: AdvanceDeps,
  caller: Caller,
  startReissue: StartReissue,
): Promise<Advance> {
  const { db, now, signingKeys } = deps
  const plan = await readRolloverPlan(db)
  if (plan.months === null) return { message: 'No rollover is scheduled.' }
  if (plan.isHeld) return { message: HELD }
  const keys = await countUse(await listKeys(deps))
  const store = signingKeys.stores().preferred
  const possible = findSteps(keys, { months: plan.months, store }, now())
  const given = giveNotice(possible, givenOf(plan), plan.noticeDays, now())
  const steps = planSteps(possible, given, plan.noticeDays, now())
  const readOnlyReason = await signingKeys.explainReadOnly()
  const isFirst = await remember(deps, plan, toNotices(steps, given, readOnlyReason))
  if (!isFirst) return { message: 'Another worker looks, or the plan has changed.' }
  const [next] = steps
  if (!next) return { message: 'There is no step.' }
  if (!isReady(next)) return { message: next.waitsFor ?? 'The next step is not known yet.' }
  if (readOnlyReason !== null && next.step !== 'REISSUE') return { message: readOnlyReason }

  const done = await perform(deps, caller, next, plan, startReissue).catch((error: unknown) => {
    if (error instanceof OperationError) return { refusal: error.message }
    throw error
  })
  if ('refusal' in done) return { message: done.refusal }
  const others = given.filter(({ step, kid }) => step !== next.step || kid !== next.kid)
  const started: Given[] =
    done.runId === undefined ? [] : [{ step: next.step, kid: next.kid, noticedAt: now() }]
  const { version } = plan
  const notices = toNotices(steps, [...others, ...started], readOnlyReason)
  await db.keyRollover.updateMany({ where: { id: 1, version }, data: { notices } })
  return done
}

/** What superiors list is read now, because the schedule of that may be off. */
async function listKeys({ signingKeys, superiors }: AdvanceDeps) {
  const keys = await signingKeys.listed()
  if (!keys.some(({ state }) => state === 'ANNOUNCED')) return keys
  await superiors.check()
  return signingKeys.listed()
}

/** False if another worker looked, or a user changed the plan, in the meantime. */
async function remember({ db }: AdvanceDeps, { version, looks }: RolloverPlan, notices: object[]) {
  const where = { id: 1, version, looks }
  const { count } = await db.keyRollover.updateMany({ where, data: { notices, looks: { increment: 1 } } })
  return count > 0
}

/** @throws the errors of the step */
async function perform(
  { signingKeys }: AdvanceDeps,
  caller: Caller,
  { step, kid }: RolloverStep,
  plan: RolloverPlan,
  startReissue: StartReissue,
): Promise<Advance> {
  if (step === 'REISSUE') {
    const runId = await startReissue()
    if (runId === undefined) return { message: 'A run of this kind is already running.' }
    return { message: 'A run signs the Trust Marks again.', runId }
  }
  if (step === 'RETIRE') {
    await signingKeys.retire(caller, { kid })
    return { message: `Retired the key ${kid}.` }
  }
  if (step === 'SWITCH') {
    await signingKeys.switch(caller)
    return { message: `Switched to the key ${kid}.` }
  }
  const alg = plan.alg ?? signingKeys.successorAlgorithm(await signingKeys.find(kid))
  const announced = await signingKeys.announce(caller, { alg })
  return { message: `Announced the key ${announced.kid}.` }
}
