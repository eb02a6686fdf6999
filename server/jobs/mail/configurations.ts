/** Entity Configurations that expire in 30, 14, 7 or 1 days, and were not signed again. */
import { FederationError } from '#core/errors.ts'
import { decodeJwt } from '#core/jws.ts'
import type { Notice, Source } from '#server/jobs/mail/notice.ts'
import { daysDue, dueFor } from '#server/jobs/mail/threshold.ts'
import { configurationExpires } from '#server/mail/templates/configuration-expires.ts'

const DAYS = [30, 14, 7, 1]
const PAGE = 500

export const remindOfConfigurations: Source = async ({ db, now }, anchor, after) => {
  const at = now()
  const rows = await db.subordinate.findMany({
    where: {
      id: { gt: after },
      active: true,
      organizationId: { not: null },
      OR: DAYS.map((days) => ({ entityConfigurationExpiresAt: dueFor(days, at) })),
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
    const days = issuedAt && daysDue(DAYS, { issuedAt, expiresAt, now: at })
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
