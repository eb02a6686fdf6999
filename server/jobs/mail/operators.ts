/** E-mails to operators: the digest of a week, and requests that wait. */
import { nameOfAnchor, readSettings } from '#server/database/settings.ts'
import { whoOperates } from '#server/identity/operators.ts'
import type { RunContext } from '#server/jobs/context.ts'
import { consoleLink, notificationsLink } from '#server/mail/reader.ts'
import { type DigestFacts, digest, requestsWait } from '#server/mail/templates/operator.ts'
import { lastEntry } from '#server/services/audit/head.ts'
import { findWilling } from '#server/services/mail/notification.ts'
import { problemColumns, problemOf, whereProblem } from '#server/services/subordinate/problem.ts'

const DAY_MS = 86_400_000
const MONDAY = 1
const FROM_HOUR = 6
/** Members that are named; the others are counted. */
const NAMED = 10

/** Returns how many were queued. */
export async function sendDigest(context: RunContext, anchor: string): Promise<number> {
  const { db, slug, mail, now } = context
  const at = now()
  if (at.getUTCDay() !== MONDAY || at.getUTCHours() < FROM_HOUR) return 0
  const operators = await db.user.findMany({
    where: { ...whoOperates(slug), mail: true, accounts: { some: {} } },
    select: { email: true },
  })
  if (operators.length === 0) return 0
  const facts = await readFacts(context, at)
  if (isEmpty(facts)) return 0
  const { consoleUrl } = mail
  const message = digest({
    ...facts,
    anchor,
    link: consoleLink(consoleUrl, slug),
    lastEntry: await lastEntry(db),
    accountUrl: new URL('/account', consoleUrl).href,
  })
  const day = at.toISOString().slice(0, 10)
  const mails = operators.map(({ email }) => ({
    event: 'DIGEST' as const,
    to: email,
    anchor: slug,
    audience: 'OPERATE' as const,
    message,
    dedupeKey: `${slug}:DIGEST:${day}:${email}`,
  }))
  return mail.enqueue(db, mails)
}

async function readFacts({ db }: RunContext, at: Date): Promise<DigestFacts> {
  const isNew = { registeredAt: { gt: new Date(at.getTime() - 7 * DAY_MS) } }
  const soon = { gt: at, lte: new Date(at.getTime() + 7 * DAY_MS) }
  const [newCount, newMembers, problemCount, problems, openRequests, expiringMarks] = await Promise.all([
    db.subordinate.count({ where: isNew }),
    db.subordinate.findMany({
      where: isNew,
      select: { entityId: true },
      orderBy: [{ registeredAt: 'desc' }, { id: 'desc' }],
      take: NAMED,
    }),
    db.subordinate.count({ where: whereProblem(at) }),
    db.subordinate.findMany({
      where: whereProblem(at),
      select: { ...problemColumns, entityId: true },
      orderBy: { id: 'desc' },
      take: NAMED,
    }),
    db.request.count({ where: { state: 'WAITING_FOR_OPERATOR' } }),
    db.trustMark.count({ where: { active: true, autorenew: false, expiresAt: soon } }),
  ])
  return {
    newMembers: { count: newCount, named: newMembers.map(({ entityId }) => entityId) },
    problems: {
      count: problemCount,
      named: problems.map(({ entityId, ...row }) => `${entityId}: ${problemOf(row, at)?.message ?? ''}`),
    },
    openRequests,
    expiringMarks,
  }
}

const isEmpty = ({ newMembers, problems, openRequests, expiringMarks }: DigestFacts) =>
  newMembers.count + problems.count + openRequests + expiringMarks === 0

/** Milliseconds between two messages. */
const QUIET_MS = 30 * 60_000
/** Requests that are named; the others are counted. */

type Row = { id: number; kind: string; entityId: string; organizationId: number | null }

/** Returns the number of requests. A process that ends before the commit has sent nothing. */
export async function mailRequests({
  db,
  slug,
  entityId,
  mail,
  now,
}: Pick<RunContext, 'db' | 'slug' | 'entityId' | 'mail' | 'now'>): Promise<number> {
  if (
    !mail.isOn ||
    (await db.request.count({ where: { state: 'WAITING_FOR_OPERATOR', mailedAt: null } })) === 0
  )
    return 0
  const at = now()
  const quiet = new Date(at.getTime() - QUIET_MS)
  if ((await db.request.count({ where: { mailedAt: { gt: quiet, lte: at } } })) > 0) return 0
  return db.$transaction(async (tx) => {
    // Not with the client, which would change the time of the last change.
    const rows = await tx.$queryRaw<Row[]>`
      UPDATE "Request" SET "mailedAt" = ${at}::timestamp
      WHERE "state" = 'WAITING_FOR_OPERATOR' AND "mailedAt" IS NULL
      RETURNING "id", "kind", "entityId", "organizationId"`
    if (rows.length === 0) return 0
    const to = await findWilling(tx, slug, { who: {}, wants: ({ requests }) => requests })
    if (to.length === 0) return rows.length
    const ids = rows.flatMap(({ organizationId }) => organizationId ?? [])
    const organizations = await tx.organization.findMany({
      where: { id: { in: ids } },
      select: { id: true, name: true },
    })
    const names = new Map(organizations.map(({ id, name }) => [id, name]))
    const { consoleUrl } = mail
    const oldestFirst = rows.toSorted((a, b) => a.id - b.id)
    const message = requestsWait({
      anchor: nameOfAnchor(await readSettings(tx), entityId),
      count: rows.length,
      named: oldestFirst.slice(0, NAMED).map((row) => inWords(row, names)),
      link: consoleLink(consoleUrl, slug, '/requests'),
      stopUrl: notificationsLink(consoleUrl),
    })
    const last = oldestFirst.at(-1)?.id
    await mail.enqueue(
      tx,
      to.map((address) => ({
        event: 'REQUESTS_WAIT' as const,
        to: address,
        anchor: slug,
        audience: 'READ' as const,
        message,
        dedupeKey: `${slug}:REQUESTS_WAIT:${last}:${at.toISOString()}:${address}`,
      })),
    )
    return rows.length
  })
}

const kinds: Readonly<Record<string, string>> = {
  REGISTER: 'to register',
  CHANGE: 'to change',
  TRUST_MARK: 'for a Trust Mark for',
  WITHDRAW: 'to remove',
}

const inWords = ({ kind, entityId, organizationId }: Row, names: ReadonlyMap<number, string>) =>
  `${names.get(organizationId ?? 0) ?? 'Software'} asks ${kinds[kind] ?? 'about'} ${entityId}`
