/** What members are reminded of: what expires soon, what does not resolve any more, and new signing keys. */
import { FederationError } from '#core/errors.ts'
import { decodeJwt } from '#core/jws.ts'
import type { SigningKey } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import type { RunContext } from '#server/jobs/context.ts'
import type { Message } from '#server/mail/layout.ts'
import type { MailEvent } from '#server/mail/outbox.ts'
import type { Reader } from '#server/mail/reader.ts'
import {
  configurationExpires,
  memberDoesNotResolve,
  type SigningKeyChanged,
  signingKeyChanged,
  trustMarkExpires,
} from '#server/mail/templates/member.ts'
import { problemColumns, problemOf, toStateCondition } from '#server/services/subordinate/problem.ts'

/** About an organization's entity, or about the anchor. */
export type Notice = {
  event: MailEvent
  organizationId: number
  /** What it is about, which makes it unique together with the anchor and the address. */
  key: string
  message(reader: Reader): Message
}

/** Reads the next page after a row; null: there is none. */
type Page = { notices: Notice[]; last: number } | null
export type Source = (context: RunContext, anchor: string, after: number) => Promise<Page>

const DAY_MS = 86_400_000
/** A reminder that was due longer ago is left out; the next one follows. */
const WINDOW_MS = DAY_MS / 2

/** The times of expiry for which a reminder of so many days is due. */
const dueFor = (days: number, now: Date) => ({
  gt: new Date(now.getTime() + days * DAY_MS - WINDOW_MS),
  lte: new Date(now.getTime() + days * DAY_MS),
})

/**
 * The days of the reminder that is due; null: none. What is valid for a week is signed again within the week, so that a
 * reminder of thirty days would come each time.
 */
function daysDue(
  thresholds: readonly number[],
  { issuedAt, expiresAt, now }: { issuedAt: Date; expiresAt: Date; now: Date },
): number | null {
  const left = expiresAt.getTime() - now.getTime()
  const days = thresholds.find((each) => left <= each * DAY_MS && left > each * DAY_MS - WINDOW_MS)
  if (days === undefined) return null
  return expiresAt.getTime() - issuedAt.getTime() >= 2 * days * DAY_MS ? days : null
}

/** Before an Entity Configuration expires that was not signed again. */
const CONFIGURATION_DAYS = [30, 14, 7, 1]
const PAGE = 500

export const remindOfConfigurations: Source = async ({ db, now }, anchor, after) => {
  const at = now()
  const rows = await db.subordinate.findMany({
    where: {
      id: { gt: after },
      active: true,
      organizationId: { not: null },
      OR: CONFIGURATION_DAYS.map((days) => ({ entityConfigurationExpiresAt: dueFor(days, at) })),
    },
    select: {
      id: true,
      entityId: true,
      organizationId: true,
      entityConfiguration: true,
      entityConfigurationExpiresAt: true,
    },
    orderBy: { id: 'asc' },
    take: PAGE,
  })
  const last = rows.at(-1)
  if (!last) return null
  const notices = rows.flatMap((row): Notice[] => {
    const { id, entityId, organizationId, entityConfigurationExpiresAt: expiresAt } = row
    const issuedAt = issuedAtOf(row.entityConfiguration)
    const days = issuedAt && daysDue(CONFIGURATION_DAYS, { issuedAt, expiresAt, now: at })
    if (!days || organizationId === null) return []
    return [
      {
        event: 'CONFIGURATION_EXPIRES',
        organizationId,
        key: `${id}:${days}:${expiresAt.toISOString()}`,
        message: (reader) => configurationExpires({ anchor, entityId, expiresAt, days, reader }),
      },
    ]
  })
  return { notices, last: last.id }
}

/** Null if it cannot be read, which must not end the reminders of the others. */
function issuedAtOf(jwt: string): Date | null {
  try {
    return new Date(Number(decodeJwt(jwt).claims.iat) * 1000)
  } catch (error) {
    if (error instanceof FederationError) return null
    throw error
  }
}

/** Before a Trust Mark expires that is not renewed: not automatically, or the renewal fails. */
const MARK_DAYS = [30, 7, 1]

export const remindOfMarks: Source = async ({ db, now }, anchor, after) => {
  const at = now()
  const rows = await db.trustMark.findMany({
    where: {
      id: { gt: after },
      active: true,
      subordinate: { organizationId: { not: null } },
      AND: [
        { OR: [{ autorenew: false }, { failingSince: { not: null } }] },
        { OR: MARK_DAYS.map((days) => ({ expiresAt: dueFor(days, at) })) },
      ],
    },
    select: {
      id: true,
      entityId: true,
      issuedAt: true,
      expiresAt: true,
      trustMarkType: { select: { type: true } },
      subordinate: { select: { organizationId: true } },
    },
    orderBy: { id: 'asc' },
    take: PAGE,
  })
  const last = rows.at(-1)
  if (!last) return null
  const notices = rows.flatMap(({ id, entityId, issuedAt, expiresAt, ...row }): Notice[] => {
    const { type: trustMarkType } = row.trustMarkType
    const organizationId = row.subordinate?.organizationId
    const days = daysDue(MARK_DAYS, { issuedAt, expiresAt, now: at })
    if (days === null || !organizationId) return []
    return [
      {
        event: 'TRUST_MARK_EXPIRES',
        organizationId,
        key: `${id}:${days}:${expiresAt.toISOString()}`,
        message: (reader) => trustMarkExpires({ anchor, entityId, trustMarkType, expiresAt, days, reader }),
      },
    ]
  })
  return { notices, last: last.id }
}

const HOUR_MS = 3_600_000

/** Members that do not resolve since more than an hour. One that began days ago was told, or is known. */
export const tellOfProblems: Source = async ({ db, now }, anchor, after) => {
  const at = now()
  const began = { lte: new Date(at.getTime() - HOUR_MS), gt: new Date(at.getTime() - 72 * HOUR_MS) }
  const rows = await db.subordinate.findMany({
    where: {
      AND: [
        toStateCondition('DOES_NOT_RESOLVE', at),
        { id: { gt: after }, organizationId: { not: null } },
        { OR: [{ unresolvableSince: began }, { unresolvableSince: null, failingSince: began }] },
      ],
    },
    select: { ...problemColumns, id: true, entityId: true, organizationId: true },
    orderBy: { id: 'asc' },
    take: PAGE,
  })
  const last = rows.at(-1)
  if (!last) return null
  const notices = rows.flatMap(({ id, entityId, organizationId, ...row }): Notice[] => {
    const problem = problemOf(row, at)
    if (!problem || organizationId === null) return []
    const { code, message: reason, since } = problem
    return [
      {
        event: 'MEMBER_DOES_NOT_RESOLVE',
        organizationId,
        key: `${id}:${since.toISOString()}`,
        message: (reader) => memberDoesNotResolve({ anchor, entityId, code, reason, since, reader }),
      },
    ]
  })
  return { notices, last: last.id }
}

const MINUTE_MS = 60_000
const RECENT_MS = 72 * 60 * MINUTE_MS

type Change = Pick<SigningKeyChanged, 'kid' | 'alg' | 'change' | 'at'>

/** Signing keys that were announced, or that replaced another one, in the last three days: to every organization. */
export const tellOfKeys: Source = async ({ db, entityId, now }, anchor, after) => {
  const changes = await findChanges(db, new Date(now().getTime() - RECENT_MS))
  if (changes.length === 0) return null
  const organizations = await db.organization.findMany({
    where: { id: { gt: after } },
    select: { id: true },
    orderBy: { id: 'asc' },
    take: PAGE,
  })
  const last = organizations.at(-1)
  if (!last) return null
  const notices = organizations.flatMap(({ id: organizationId }) =>
    changes.map(
      (change): Notice => ({
        event: 'SIGNING_KEY_CHANGED',
        organizationId,
        key: `${change.kid}:${change.change}`,
        message: (reader) => signingKeyChanged({ ...change, anchor, entityId, reader }),
      }),
    ),
  )
  return { notices, last: last.id }
}

async function findChanges(db: Database, since: Date): Promise<Change[]> {
  const keys = await db.signingKey.findMany()
  return keys.flatMap((key): Change[] => {
    const { kid, alg, state, publishedAt, signsSince } = key
    if (state === 'ANNOUNCED' && publishedAt && publishedAt > since)
      return [{ kid, alg, change: 'ANNOUNCED', at: publishedAt }]
    if (
      state === 'CURRENT' &&
      signsSince &&
      signsSince > since &&
      keys.some((other) => precedes(other, signsSince))
    )
      return [{ kid, alg, change: 'CURRENT', at: signsSince }]
    return []
  })
}

/** Whether the key signed until then. The first key of an anchor replaces none. */
function precedes({ state, replacedAt, withdrawnAt }: SigningKey, signsSince: Date): boolean {
  const until = replacedAt ?? (state === 'REVOKED' ? withdrawnAt : null)
  return until !== null && Math.abs(until.getTime() - signsSince.getTime()) < MINUTE_MS
}
