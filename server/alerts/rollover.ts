/** Finds alerts about the scheduled rollover of the signing key: a step that is ahead, and one that cannot be done. */
import { storePlaces } from '#federation/key-store/store.ts'
import { Prisma, type Schedule, type SigningKey } from '#prisma/generated/client/client.ts'
import type { AlertSource, FoundAlert } from '#server/alerts/alert.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { readTogether } from '#server/database/together.ts'
import type { ScheduleName } from '#server/jobs/schedules.ts'
import { type Notice, noticesOf } from '#server/services/signing-key/rollover/notice.ts'
import { isUnderWay, readRolloverPlan } from '#server/services/signing-key/rollover/plan.ts'
import { say } from '#server/services/signing-key/safety.ts'

/** Milliseconds after the time of a step, in which a superior or a worker may be late. */
const PATIENCE_MS = 2 * 86_400_000
const SCHEDULE: ScheduleName = 'key-rollover'

/** After “The key rollover” and after “The key rollover cannot”. */
const words: Readonly<Record<Notice['step'], readonly [does: string, todo: string] | null>> = {
  ANNOUNCE: ['announces the key that follows', 'announce the key that follows'],
  SWITCH: ['switches to the key', 'switch to the key'],
  RETIRE: ['retires the key', 'retire the key'],
  REISSUE: null,
}

export const rolloverAlerts: AlertSource<{ db: Database; now: Clock }> = async ({ db, now }) => {
  const [plan, keys, [schedule]] = await Promise.all([
    readRolloverPlan(db),
    readTogether<Pick<SigningKey, 'kid' | 'state'>>(
      db,
      Prisma.sql`SELECT "kid", "state" FROM "SigningKey" WHERE "state" IN ('CURRENT', 'ANNOUNCED', 'PUBLISHED')`,
    ),
    readTogether<Pick<Schedule, 'enabled'>>(
      db,
      Prisma.sql`SELECT "enabled" FROM "Schedule" WHERE "name" = ${SCHEDULE}`,
    ),
  ])
  if (!isUnderWay(plan)) return []
  const isAhead = ({ step, kid }: Notice) => {
    const state = keys.find((key) => key.kid === kid)?.state
    if (step === 'ANNOUNCE') return state === 'CURRENT' && keys.every((key) => key.state !== 'ANNOUNCED')
    return state === (step === 'SWITCH' ? 'ANNOUNCED' : 'PUBLISHED')
  }
  const found = noticesOf(plan)
    .filter(isAhead) // a person may have taken the step since the worker looked
    .flatMap((notice) => toAlert(notice, now()) ?? [])
  if (schedule?.enabled !== false) return found
  const message = `The schedule ${SCHEDULE} is off, so the scheduled key rollover does not go on.`
  return [...found, { code: 'SCHEDULE_OFF', about: SCHEDULE, message }]
}

function toAlert(notice: Notice, now: Date): FoundAlert | null {
  const { step, kid, store, noticedAt, at, dueAt, waitsFor, isBlocked } = notice
  const phrases = words[step]
  if (!phrases) return null
  const [does, todo] = phrases
  const about = `${step}:${kid}`
  const due = new Date(dueAt)
  if (isBlocked || due.getTime() + PATIENCE_MS <= now.getTime()) {
    const reason = waitsFor ?? `No worker has done it. Check that a worker runs and that it can finish.`
    const since = isBlocked ? new Date(noticedAt) : due
    return {
      code: 'ROLLOVER_STUCK',
      about,
      since,
      message: `The key rollover cannot ${todo} ${kid}. ${reason}`,
    }
  }
  const time = at === null ? `when that is safe. ${waitsFor}` : `on ${say(new Date(at))} at the earliest.`
  const place = store && step === 'ANNOUNCE' ? ` The new key is created in ${storePlaces[store]}.` : ''
  const message = `The key rollover ${does} ${kid} ${time}${place} To stop it, hold the rollover.`
  return { code: 'ROLLOVER_STEP_AHEAD', about, since: new Date(noticedAt), message }
}
