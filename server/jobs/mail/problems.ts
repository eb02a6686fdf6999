/** Members that do not resolve since more than an hour. One that began days ago was told, or is known. */
import type { Notice, Source } from '#server/jobs/mail/notice.ts'
import { memberDoesNotResolve } from '#server/mail/templates/member-does-not-resolve.ts'
import { problemColumns, problemOf, toStateCondition } from '#server/services/subordinate/problem.ts'

const HOUR_MS = 3_600_000
const PAGE = 500

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
