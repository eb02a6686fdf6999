/** The scheduled rollover of the signing key: its plan, and the next step. */
import { createVersionConflict } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { columnsOf, parsePatch } from '#server/services/patch.ts'
import {
  type AdvanceDeps,
  advance,
  type StartReissue,
} from '#server/services/signing-key/rollover/advance.ts'
import { givenOf, planSteps, type RolloverStep } from '#server/services/signing-key/rollover/notice.ts'
import {
  HELD,
  type RolloverInput,
  type RolloverPlan,
  readRolloverPlan,
  rolloverFields,
} from '#server/services/signing-key/rollover/plan.ts'
import { countUse, findSteps } from '#server/services/signing-key/rollover/steps.ts'

export type RolloverView = Pick<RolloverPlan, 'months' | 'alg' | 'noticeDays' | 'isHeld' | 'version'> & {
  /** Null: nothing is scheduled. */
  next: RolloverStep | null
}

type Deps = AdvanceDeps & Pick<ServiceContext, 'entityId' | 'write'>

export function createRolloverService(deps: Deps) {
  const { db, entityId, write, now, signingKeys } = deps

  async function read(): Promise<RolloverView> {
    const { notices, looks: _, ...settings } = await readRolloverPlan(db)
    const { months, noticeDays, isHeld } = settings
    if (months === null) return { ...settings, next: null }
    const keys = await countUse(await signingKeys.listed())
    const store = signingKeys.stores().preferred
    const steps = findSteps(keys, { months, store }, now())
    const [next] = planSteps(steps, givenOf({ notices }), noticeDays, now())
    if (!next) return { ...settings, next: null }
    const stop = isHeld ? HELD : await explainReadOnly(next)
    return { ...settings, next: stop === null ? next : { ...next, waitsFor: stop } }
  }

  const explainReadOnly = async ({ step }: RolloverStep) =>
    step === 'REISSUE' ? null : signingKeys.explainReadOnly()

  return {
    read,

    /**
     * Changes the plan. Each step is announced again, so it follows after the days of notice at the earliest.
     * @throws InvalidInputError, ConflictError
     */
    async schedule(caller: Caller, { version, ...input }: RolloverInput): Promise<RolloverView> {
      const patch = parsePatch(rolloverFields, input, undefined)
      if (patch.alg) signingKeys.requireCreatable(patch.alg)
      await write(caller, async (tx) => {
        await tx.keyRollover.createMany({ data: { version: 0 }, skipDuplicates: true })
        const before = await readRolloverPlan(tx)
        const { count } = await tx.keyRollover.updateMany({
          where: { id: 1, version: version ?? before.version },
          data: { ...columnsOf(rolloverFields, patch), notices: [], version: { increment: 1 } },
        })
        if (count === 0) throw createVersionConflict(version)
        const after = await readRolloverPlan(tx)
        return {
          action: 'scheduleRollover',
          resource: entityId,
          before: recorded(before),
          after: recorded(after),
          result: undefined,
        }
      })
      return read()
    },

    /** A look of the worker: see `advance`. */
    advance: (caller: Caller, startReissue: StartReissue) => advance(deps, caller, startReissue),
  }
}

function recorded({ months, alg, noticeDays, isHeld }: RolloverPlan) {
  return { months, alg, noticeDays, isHeld }
}
