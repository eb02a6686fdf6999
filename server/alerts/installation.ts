/** Finds alerts about the installation: publication, runs and schedules, keys and access. */
import {
  type Apikey,
  type DriftReport,
  Prisma,
  type Schedule,
  type SigningKey,
  type User,
} from '#prisma/generated/client/client.ts'
import { type AlertCode, type AlertSource, type FoundAlert, plural } from '#server/alerts/alert.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { readTogether } from '#server/database/together.ts'
import type { JobQueue } from '#server/jobs/queue.ts'
import { type ScheduleName, scheduleNames } from '#server/jobs/schedules.ts'
import type { PublishContext } from '#server/publish/context.ts'
import { readExportedFiles } from '#server/publish/exported-files.ts'
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

type Executed = Pick<
  Schedule,
  'name' | 'enabled' | 'lastSucceeded' | 'foundFault' | 'lastMessage' | 'lastEndedAt'
>
/** A key that may take its next step. */
type Passing = Pick<SigningKey, 'kid' | 'state' | 'usableFrom' | 'statementsUntil' | 'replacedAt'>

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
  const [status, [drift]] = await Promise.all([
    readPublicationStatus(publishing),
    readTogether<DriftReport>(db, Prisma.sql`SELECT * FROM "DriftReport"`, ['checkedAt']),
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
  const files = readExportedFiles(status.manifest)
  if (files && files.currentUntil <= now())
    found.push({
      code: 'EXPORT_STALLED',
      since: files.currentUntil,
      message: `The exported files are those of ${files.signedAt.toISOString()}. Mirrors keep what they have. The log of what writes them, ta with EXPORT_FOLDER or inmor-export, has the reason.`,
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
    readTogether<Executed>(
      db,
      Prisma.sql`SELECT "name", "enabled", "lastSucceeded", "foundFault", "lastMessage", "lastEndedAt" FROM "Schedule"
        WHERE "name" IN (${Prisma.join(scheduleNames)})`,
      ['lastEndedAt'],
    ),
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
  const [keys, plan] = await Promise.all([
    readTogether<Passing>(
      db,
      Prisma.sql`SELECT "kid", "state", "usableFrom", "statementsUntil", "replacedAt" FROM "SigningKey" WHERE "state" IN ('ANNOUNCED', 'PUBLISHED')`,
      ['usableFrom', 'statementsUntil', 'replacedAt'],
    ),
    readRolloverPlan(db),
  ])
  const fault = publishing.signingKeys.fault() ?? publishing.signingKeys.storeFault()
  const found: FoundAlert[] = fault === null ? [] : [{ code: 'KEYS_UNUSABLE', message: fault }]
  if (isUnderWay(plan)) return found
  const due = keys.flatMap(({ kid, state, usableFrom, statementsUntil, replacedAt }) => {
    const since = state === 'ANNOUNCED' ? usableFrom : (statementsUntil ?? replacedAt)
    return since && since <= at ? [{ kid, state, since }] : []
  })
  if (due.length === 0) return found
  const [superiors, usesOf] = await Promise.all([listSuperiors(db), findKeyUses(db, at)])
  for (const { kid, state, since } of due) {
    const isSafe =
      state === 'ANNOUNCED'
        ? superiors.every((superior) => findSuperiorFault(superior, kid, at) === null)
        : usesOf(kid).neededUntil === null
    const message =
      state === 'ANNOUNCED'
        ? `The announced key ${kid} is known to all. Switch to it.`
        : `Nothing valid is signed with the replaced key ${kid}. Retire it.`
    if (isSafe) found.push({ code: 'KEY_ROLLOVER', about: kid, since, message })
  }
  return found
}

export const accessAlerts: AlertSource<Context> = async ({ db, now, isFirst }) => {
  if (!isFirst) return []
  const at = now()
  const [keys, administrators] = await Promise.all([
    readTogether<Pick<Apikey, 'id' | 'name' | 'createdAt' | 'expiresAt'>>(
      db,
      Prisma.sql`SELECT "id", "name", "createdAt", "expiresAt" FROM "Apikey" WHERE "enabled"
        AND "expiresAt" > ${at}::timestamp AND "expiresAt" < ${new Date(at.getTime() + SOON_MS)}::timestamp`,
      ['createdAt', 'expiresAt'],
    ),
    readTogether<Pick<User, 'id' | 'name' | 'createdAt'>>(
      db,
      Prisma.sql`SELECT "id", "name", "createdAt" FROM "User" WHERE "role" = 'admin' AND NOT "banned"
        AND NOT "twoFactorEnabled" AND NOT EXISTS (SELECT FROM "Passkey" p WHERE p."userId" = "User"."id")`,
      ['createdAt'],
    ),
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
