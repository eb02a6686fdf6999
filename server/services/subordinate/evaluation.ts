/** Evaluates stored configurations under the present settings, without fetching anybody (§6.1.4.2, §6.2). */
import { Prisma } from '#prisma/generated/client/client.ts'
import { toUnix } from '#server/clock.ts'
import { type Settings, typedSubordinate } from '#server/database/typed-row.ts'
import { signedVersion } from '#server/publish/statements.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { findChainFault } from '#server/services/entity/chain-fault.ts'
import { storedChain } from '#server/services/entity/prospective-chain.ts'
import { toUnresolvableColumns } from '#server/services/subordinate/problem.ts'

/** Rows per page. Each takes up to a millisecond, in which the process answers no request. */
const PAGE = 100

type Page = {
  /** The key of the last row; null after the last page. */
  last: number | null
  examined: number
  unresolvable: { entityId: string; message: string }[]
}

export function createEvaluation({ db, entityId: anchor, events, now }: ServiceContext) {
  return {
    /** Evaluates the rows after a key and stores what changed. A row that changes meanwhile keeps its newer result. */
    async evaluatePage(settings: Settings, after: number): Promise<Page> {
      const rows = await db.subordinate.findMany({
        where: { id: { gt: after } },
        orderBy: { id: 'asc' },
        take: PAGE,
      })
      const at = now()
      const results = rows.map((row) => {
        const input = { settings, anchor, now: toUnix(at) }
        const fault = findChainFault(() => storedChain(typedSubordinate(row), input))
        return { row, columns: toUnresolvableColumns(row, fault ? [fault] : [], at) }
      })
      const changed = results.filter(
        ({ row, columns }) =>
          row.unresolvableReason !== columns.unresolvableReason ||
          row.unresolvableCode !== columns.unresolvableCode,
      )
      if (changed.length > 0) {
        const values = changed.map(
          ({
            row,
            columns,
          }) => Prisma.sql`(${row.id}::int, ${signedVersion(row)}::int, ${row.lastCheckedAt}::timestamp,
            ${columns.unresolvableReason}, ${columns.unresolvableCode}, ${columns.unresolvableSince}::timestamp)`,
        )
        await db.$executeRaw`
          UPDATE "Subordinate" AS s
          SET "unresolvableReason" = v.reason, "unresolvableCode" = v.code, "unresolvableSince" = v.since
          FROM (VALUES ${Prisma.join(values)}) AS v (id, version, checked, reason, code, since)
          WHERE s."id" = v.id AND s."version" - s."unsignedChanges" = v.version AND s."lastCheckedAt" = v.checked`
        for (const { row } of changed) events.announce({ kind: 'UPDATED', entityId: row.entityId })
      }
      return {
        last: rows.at(-1)?.id ?? null,
        examined: rows.length,
        unresolvable: results.flatMap(({ row, columns }) =>
          row.active && columns.unresolvableReason !== null
            ? [{ entityId: row.entityId, message: columns.unresolvableReason }]
            : [],
        ),
      }
    },
  }
}
