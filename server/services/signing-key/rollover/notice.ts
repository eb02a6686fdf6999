/** Gives notice of the steps of a scheduled rollover: a step follows its notice after some days, and only when it is safe. */
import type { StoreName } from '#federation/key-store/store.ts'
import type { KeyRollover } from '#prisma/generated/client/client.ts'
import type { PossibleStep } from '#server/services/signing-key/rollover/steps.ts'
import { say } from '#server/services/signing-key/safety.ts'

export type RolloverStep = PossibleStep & {
  /** The earliest time of the step; null: not known yet. */
  at: Date | null
  /** From then on the step is done unless an obstacle prevents it. */
  dueAt: Date
  /** Why the worker does not do it now, as a sentence; null: it does it at its next look. */
  waitsFor: string | null
}

/** When the worker gave notice of a step; of REISSUE, when it started the run. */
export type Given = Pick<PossibleStep, 'step' | 'kid'> & { noticedAt: Date }

/** A step that is near, as the worker stored it at its last look. Times are in ISO 8601. */
export type Notice = Pick<RolloverStep, 'step' | 'kid' | 'waitsFor'> & {
  /** Absent in notices of earlier versions. */
  store?: StoreName | null
  noticedAt: string
  at: string | null
  dueAt: string
  /** The key directory cannot be written. */
  isBlocked: boolean
}

const DAY_MS = 86_400_000
/** Each run signs every Trust Mark, so those that it could not sign are not tried each hour. */
const REISSUE_DAYS = 7

const addDays = (time: Date, days: number) => new Date(time.getTime() + days * DAY_MS)
const isSame = (a: Pick<PossibleStep, 'step' | 'kid'>, b: Pick<PossibleStep, 'step' | 'kid'>) =>
  a.step === b.step && a.kid === b.kid

export const noticesOf = ({ notices }: Pick<KeyRollover, 'notices'>) => notices as Notice[] // written by `toNotices`

export const givenOf = (row: Pick<KeyRollover, 'notices'>): Given[] =>
  noticesOf(row).map(({ step, kid, noticedAt }) => ({ step, kid, noticedAt: new Date(noticedAt) }))

/** The earlier notices of steps that are still near, and new ones of those that have none. */
export function giveNotice(
  steps: readonly PossibleStep[],
  earlier: readonly Given[],
  noticeDays: number,
  now: Date,
): Given[] {
  return steps.flatMap((each): Given[] => {
    const { step, kid, safeAt } = each
    const before = earlier.find((notice) => isSame(notice, each))
    if (step === 'REISSUE') return before ? [before] : []
    const isNear = addDays(safeAt ?? now, -noticeDays) <= now
    return isNear ? [before ?? { step, kid, noticedAt: now }] : []
  })
}

/** When each step follows. The next one is first: one that can be done now, or the earliest. */
export function planSteps(
  steps: readonly PossibleStep[],
  given: readonly Given[],
  noticeDays: number,
  now: Date,
): RolloverStep[] {
  const planned = steps.map((each): RolloverStep => {
    const noticedAt = given.find((notice) => isSame(notice, each))?.noticedAt
    if (each.step === 'REISSUE') return planReissue(each, noticedAt, now)
    const noticeEnds = addDays(noticedAt ?? now, noticeDays)
    const dueAt = each.safeAt && each.safeAt > noticeEnds ? each.safeAt : noticeEnds
    const days = noticeDays === 1 ? '1 day' : `${noticeDays} days`
    const notice = noticeEnds > now ? `The notice of ${days} ends on ${say(noticeEnds)}.` : null
    return { ...each, at: each.safeAt && dueAt, dueAt, waitsFor: each.obstacle ?? notice }
  })
  const rank = (step: RolloverStep) => (isReady(step) ? 0 : step.dueAt.getTime())
  return planned.sort((a, b) => rank(a) - rank(b))
}

/** It follows the switch without a notice of its own. */
function planReissue(step: PossibleStep, startedAt: Date | undefined, now: Date): RolloverStep {
  const at = startedAt ? addDays(startedAt, REISSUE_DAYS) : now
  const waitsFor = at > now ? `Trust Marks with the previous key are signed again on ${say(at)}.` : null
  return { ...step, at, dueAt: at, waitsFor }
}

export const isReady = ({ at, waitsFor }: RolloverStep): boolean => at !== null && waitsFor === null

/** What the alerts read. `readOnlyReason`: why keys cannot be changed. */
export function toNotices(
  steps: readonly RolloverStep[],
  given: readonly Given[],
  readOnlyReason: string | null,
): Notice[] {
  return given.flatMap(({ noticedAt, ...about }) => {
    const planned = steps.find((step) => isSame(step, about))
    if (!planned) return []
    const { at, dueAt, waitsFor, store } = planned
    const times = {
      noticedAt: noticedAt.toISOString(),
      at: at?.toISOString() ?? null,
      dueAt: dueAt.toISOString(),
    }
    const isBlocked = readOnlyReason !== null && about.step !== 'REISSUE'
    return [{ ...about, ...times, store, waitsFor: isBlocked ? readOnlyReason : waitsFor, isBlocked }]
  })
}
