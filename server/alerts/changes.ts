/** Finds alerts about changes: those that wait for a second person, and objects that differ from their configuration files. */
import { type AuditEvent, type FileObject, Prisma } from '#prisma/generated/client/client.ts'
import { type AlertSource, type FoundAlert, plural } from '#server/alerts/alert.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { readOneTogether, readTogether } from '#server/database/together.ts'
import { mayDo, roles } from '#server/identity/roles.ts'
import { kinds } from '#server/plan/kinds.ts'
import type { Section } from '#server/plan/section.ts'
import { shownKey } from '#server/plan/shown-step.ts'
import {
  APPROVERS_NEEDED,
  countApprovers,
  countsByAgeFrom,
  type Rule,
} from '#server/services/protection/passkeys.ts'
import { readProtection } from '#server/services/protection/settings.ts'

const WEEK_MS = 7 * 86_400_000
/** Before the end of an approval. */
const SOON_MS = 12 * 3_600_000

type Context = { db: Database; now: Clock; slug: string; isFirst: boolean }

type Waiting = { size: number; ending: number; since: Date | null; by: string }

/** The first anchor has those of the installation too. */
export const waitingChangeAlerts: AlertSource<Context> = async ({ db, now, slug, isFirst }) => {
  const soon = new Date(now().getTime() + SOON_MS)
  const query = Prisma.sql`SELECT count(*)::int AS "size", (count(*) FILTER (WHERE "expiresAt" <= ${soon}::timestamp))::int AS "ending",
      (array_agg("requestedAt" ORDER BY "id"))[1] AS "since", (array_agg("requestedBy" ORDER BY "id"))[1] AS "by"
    FROM "Approval" WHERE "state" = 'OPEN' AND "expiresAt" > ${now()}::timestamp
      AND ("anchor" = ${slug} OR ("anchor" IS NULL AND ${isFirst}))`
  const { size, ending, since, by } = await readOneTogether<Waiting>(db, query, ['since'])
  if (since === null) return []
  const waits = `${plural(size, 'change')} ${size === 1 ? 'waits' : 'wait'} for the approval of a second person.`
  const message = `${waits} ${size === 1 ? 'It' : 'The oldest one'} is by ${by}.`
  const waiting = { code: 'CHANGE_WAITS', since, size, message } as const
  if (ending === 0) return [waiting]
  const ends = `${plural(ending, 'change')} that ${ending === 1 ? 'waits' : 'wait'} for approval ${ending === 1 ? 'ends' : 'end'} within 12 hours.`
  return [waiting, { code: 'CHANGE_ENDS', size: ending, message: `${ends} Approve or refuse.` }]
}

export const bypassAlerts: AlertSource<Context> = async ({ db, now }) => {
  const made = Prisma.sql`FROM "AuditEvent" WHERE "action" IN ('override', 'bypassApproval') AND "outcome" = 'SUCCEEDED'
    AND "at" >= ${new Date(now().getTime() - WEEK_MS)}::timestamp`
  const [{ size, actors }, [last]] = await Promise.all([
    readOneTogether<{ size: number; actors: string[] }>(
      db,
      Prisma.sql`SELECT count(*)::int AS "size", array_agg(DISTINCT "actor") AS "actors" ${made}`,
    ),
    readTogether<Pick<AuditEvent, 'actor' | 'method' | 'reason' | 'at'>>(
      db,
      Prisma.sql`SELECT "actor", "method", "reason", "at" ${made} ORDER BY "id" DESC LIMIT 1`,
      ['at'],
    ),
  ])
  if (!last) return []
  const changes = `${plural(size, 'protected change')} ${size === 1 ? 'was' : 'were'} made without a second person in the last 7 days.`
  const by = `${size === 1 ? 'It was' : 'The last one was'} made by ${last.actor}`
  const how =
    last.method === 'cli' ? 'on the command line of the server.' : `who gave this reason: ${last.reason}`
  return [{ code: 'APPROVAL_BYPASSED', since: last.at, size, actors, message: `${changes} ${by}, ${how}` }]
}

/** While anything is protected: new passkeys of those who can approve, and that too few of them are left. */
export const approverAlerts: AlertSource<Context> = async ({ db, now, isFirst }) => {
  if (!isFirst) return []
  const { operations, passkeyHours: hours } = await readProtection(db)
  if (operations.length === 0) return []
  const rule = { hours, now: now() }
  const [count, young] = await Promise.all([countApprovers(db, rule), findYoung(db, rule)])
  const found: FoundAlert[] = []
  if (count < APPROVERS_NEEDED) {
    const have = count === 0 ? 'No administrator has' : 'Only one administrator has'
    const message = `${have} a passkey that counts. Two are needed to approve a protected change. Administrators add one under “My account”; others confirm it, or it counts ${plural(hours, 'hour')} later.`
    found.push({ code: 'NOBODY_CAN_APPROVE', message })
  }
  for (const { id, createdAt, user, userId } of young) {
    const since = createdAt ?? rule.now
    const from = countsByAgeFrom({ createdAt }, hours)
    found.push({
      code: 'PASSKEY_REGISTERED',
      about: id,
      since,
      subject: { typename: 'User', key: userId },
      // Its owner decides nothing about it.
      actors: [user.username ?? user.email],
      message: `A passkey of ${user.name} is known since ${since.toISOString()}. It counts for approvals from ${from.toISOString()}, or once another administrator confirms it. Ask ${user.name} whether it is theirs.`,
    })
  }
  return found
}

const approving = roles.filter((role) => mayDo(role, 'operate'))

/** Those that do not count yet, of users who can approve in any anchor. */
function findYoung(db: Database, { hours, now }: Rule) {
  const user = {
    OR: [{ role: { in: approving } }, { anchorRoles: { some: { role: { in: approving } } } }],
    banned: { not: true },
  }
  const createdAt = { gt: new Date(now.getTime() - hours * 3_600_000) }
  return db.passkey.findMany({
    where: { confirmedAt: null, createdAt, user },
    orderBy: { createdAt: 'asc' },
    select: {
      id: true,
      createdAt: true,
      userId: true,
      user: { select: { name: true, username: true, email: true } },
    },
  })
}

/** Named in the message. */
const EXAMPLES = 3

type Seen = Pick<FileObject, 'key' | 'differs'> & { section: Section; count: number }

export const configurationAlerts: AlertSource<{ db: Database }> = async ({ db }) => {
  // The empty list is the least one, which an index knows.
  const query = Prisma.sql`SELECT "section", "key", "differs", count(*) OVER ()::int AS "count" FROM "FileObject"
    WHERE "differs" > '{}' ORDER BY "section", "key" LIMIT ${EXAMPLES}`
  const rows = await readTogether<Seen>(db, query)
  const size = rows[0]?.count
  if (size === undefined) return []
  const names = rows.map(({ section, key, differs }) => {
    const { noun } = kinds[section]
    return `the ${noun}${key === '' ? '' : ` ${shownKey({ section, key })}`} (${differs.join(', ')})`
  })
  const others = size > names.length ? ` and ${size - names.length} more` : ''
  const verb = size === 1 ? 'is' : 'are'
  const message = `${plural(size, 'object')} ${verb} not as the configuration files describe: ${names.join(', ')}${others}. Plan the files.`
  return [{ code: 'CONFIGURATION_DRIFT', size, message }]
}
