/** The digest of a week, for the operators of an anchor: on Mondays from 06:00 UTC, once. */
import { whoOperates } from '#server/identity/operators.ts'
import type { RunContext } from '#server/jobs/context.ts'
import { consoleLink } from '#server/mail/link.ts'
import { type DigestFacts, digest } from '#server/mail/templates/digest.ts'
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
