/** Trust Marks that expire in 30, 7 or 1 days and are not renewed: not automatically, or the renewal fails. */
import type { Notice, Source } from '#server/jobs/mail/notice.ts'
import { daysDue, dueFor } from '#server/jobs/mail/threshold.ts'
import { trustMarkExpires } from '#server/mail/templates/trust-mark.ts'

const DAYS = [30, 7, 1]
const PAGE = 500

export const remindOfMarks: Source = async ({ db, now }, anchor, after) => {
  const at = now()
  const rows = await db.trustMark.findMany({
    where: {
      id: { gt: after },
      active: true,
      subordinate: { organizationId: { not: null } },
      AND: [
        { OR: [{ autorenew: false }, { failingSince: { not: null } }] },
        { OR: DAYS.map((days) => ({ expiresAt: dueFor(days, at) })) },
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
    const days = daysDue(DAYS, { issuedAt, expiresAt, now: at })
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
