/** Finds alerts about the installation: publication, runs and schedules, keys and access. */
import { type AlertCode, type AlertSource, type FoundAlert, plural } from '#server/alerts/alert.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import type { JobQueue } from '#server/jobs/queue.ts'
import { type ScheduleName, scheduleNames } from '#server/jobs/schedules.ts'
import type { PublishContext } from '#server/publish/context.ts'
import { healthOf, readPublicationStatus } from '#server/publish/publication-status.ts'
import { isUnderWay, readRolloverPlan } from '#server/services/signing-key/rollover/plan.ts'
import { findSuperiorFault } from '#server/services/signing-key/safety.ts'
import { findKeyUses } from '#server/services/signing-key/use.ts'
import { listSuperiors } from '#server/services/superior/superiors.ts'

type Context = {
  db: Database
  publishing: PublishContext
  queue: Pick<JobQueue, 'countWorkers'>
  now: Clock
  isFirst: boolean
}

const SOON_MS = 14 * 86_400_000
/** Without these, statements expire or the answers grow old. */
const vital: readonly ScheduleName[] = [
  'regenerate-entity-configuration',
  'check-subordinates',
  'renew-subordinates',
  'renew-trust-marks',
]

/** What schedules find, beyond their own failures. */
const codesOfFaults: Readonly<Record<string, AlertCode>> = {
  'verify-audit-log': 'AUDIT_LOG_CHANGED',
  'check-certificate': 'CERTIFICATE_EXPIRES',
} satisfies Partial<Record<ScheduleName, AlertCode>>

export const publicationAlerts: AlertSource<Context> = async ({ db, publishing, now }) => {
  const [status, drift] = await Promise.all([
    readPublicationStatus(publishing),
    db.driftReport.findUnique({ where: { id: 1 } }),
  ])
  const { pending, oldest, lease, redisReachable } = status
  const found: FoundAlert[] = []
  const since = oldest ? { since: oldest } : {}
  const waiting = `${plural(pending, 'change')} ${pending === 1 ? 'waits' : 'wait'}`
  if (!redisReachable)
    found.push({
      code: 'REDIS_UNREACHABLE',
      ...since,
      message: `Redis cannot be reached. ${waiting} to be published.`,
    })
  else if (healthOf(status, now()) === 'STALLED')
    found.push({
      code: 'PUBLICATION_STALLED',
      ...since,
      message: `${waiting} to be published. ${lease?.lastError ?? 'Nothing was published in the last half minute.'}`,
    })
  else if (healthOf(status, now()) === 'BEHIND')
    found.push({
      code: 'PUBLICATION_BEHIND',
      ...since,
      message: `${waiting} to be published. Publication goes on.`,
    })
  const differences = drift ? drift.missing + drift.unexpected + drift.different : 0
  if (drift && differences > 0)
    found.push({
      code: 'DRIFT',
      since: drift.checkedAt,
      size: differences,
      message: `Redis said other than the database in ${plural(differences, 'place')}; they were published again. Find out who else writes to this Redis.`,
    })
  return found
}

export const jobAlerts: AlertSource<Context> = async ({ db, queue }) => {
  const [workers, schedules] = await Promise.all([
    queue.countWorkers(),
    db.schedule.findMany({ where: { name: { in: scheduleNames } } }),
  ])
  const found: FoundAlert[] = []
  if (workers === 0)
    found.push({ code: 'NO_WORKER', message: 'No worker runs: nothing is renewed. Start one.' })
  for (const { name, enabled, lastSucceeded, foundFault, lastMessage, lastEndedAt } of schedules) {
    const about = name
    const faultCode = foundFault ? codesOfFaults[name] : undefined
    if (faultCode)
      found.push({
        code: faultCode,
        ...(lastEndedAt ? { since: lastEndedAt } : {}),
        message: lastMessage ?? '',
      })
    else if (enabled && lastSucceeded === false)
      found.push({
        code: 'SCHEDULE_FAILING',
        about,
        ...(lastEndedAt ? { since: lastEndedAt } : {}),
        message: `The schedule ${name} failed: ${lastMessage}`,
      })
    if (!enabled && vital.some((each) => each === name))
      found.push({
        code: 'SCHEDULE_OFF',
        about,
        message: `The schedule ${name} is off.`,
      })
  }
  return found
}

/** The steps that are safe now by the rules of the change itself, and that a person has to take (§11.2): no schedule does. */
export const keyAlerts: AlertSource<Context> = async ({ db, publishing, now }) => {
  const at = now()
  const keys = await db.signingKey.findMany({ where: { state: { in: ['ANNOUNCED', 'PUBLISHED'] } } })
  const fault = publishing.signingKeys.fault() ?? publishing.signingKeys.storeFault()
  const found: FoundAlert[] = fault === null ? [] : [{ code: 'KEYS_UNUSABLE', message: fault }]
  if (isUnderWay(await readRolloverPlan(db))) return found
  for (const { kid, state, usableFrom, statementsUntil, replacedAt } of keys) {
    const since = state === 'ANNOUNCED' ? usableFrom : (statementsUntil ?? replacedAt)
    if (!since || since > at) continue
    const isSafe = state === 'ANNOUNCED' ? await isKnownToSuperiors(db, kid, at) : await isUnused(db, kid, at)
    const message =
      state === 'ANNOUNCED'
        ? `The announced key ${kid} is known to all. Switch to it.`
        : `Nothing valid is signed with the replaced key ${kid}. Retire it.`
    if (isSafe) found.push({ code: 'KEY_ROLLOVER', about: kid, since, message })
  }
  return found
}

async function isKnownToSuperiors(db: Database, kid: string, now: Date): Promise<boolean> {
  return (await listSuperiors(db)).every((superior) => findSuperiorFault(superior, kid, now) === null)
}

async function isUnused(db: Database, kid: string, now: Date): Promise<boolean> {
  return (await findKeyUses(db, now))(kid).neededUntil === null
}

export const accessAlerts: AlertSource<Context> = async ({ db, now, isFirst }) => {
  if (!isFirst) return []
  const at = now()
  const expiresAt = { gt: at, lt: new Date(at.getTime() + SOON_MS) }
  const bare = {
    role: 'admin',
    banned: { not: true },
    twoFactorEnabled: { not: true },
    passkeys: { none: {} },
  }
  const [keys, administrators] = await Promise.all([
    db.apikey.findMany({
      where: { enabled: true, expiresAt },
      select: { id: true, name: true, createdAt: true, expiresAt: true },
    }),
    db.user.findMany({ where: bare, select: { id: true, name: true, createdAt: true } }),
  ])
  return [
    ...keys.flatMap(({ id, name, createdAt, expiresAt }): FoundAlert[] => {
      const end = expiresAt ?? at
      const since = new Date(end.getTime() - SOON_MS)
      if (createdAt > since) return [] // it was made for a short time
      const message = `The API key “${name ?? id}” expires on ${end.toISOString().slice(0, 10)}. Create another one in time.`
      return [
        { code: 'API_KEYS_EXPIRE', about: id, since, subject: { typename: 'ApiKey', key: id }, message },
      ]
    }),
    ...administrators.map(
      ({ id, name, createdAt }): FoundAlert => ({
        code: 'SECOND_FACTOR_MISSING',
        about: id,
        since: createdAt,
        subject: { typename: 'User', key: id },
        message: `The administrator ${name} has neither a passkey nor an authenticator app.`,
      }),
    ),
  ]
}
