/** Evaluates stored configurations under the present settings, without fetching anybody (§6.1.4.2, §6.2). */
import { FederationError } from '#core/errors.ts'
import { checkConstraints, resolveMetadata } from '#core/trust-chain/index.ts'
import { Prisma } from '#prisma/generated/client/client.ts'
import { toUnix } from '#server/clock.ts'
import { type Settings, type Subordinate, typedSubordinate } from '#server/database/typed-row.ts'
import { signedVersion } from '#server/publish/statements.ts'
import type { ServiceContext } from '#server/services/context.ts'
import type { EntityCheck } from '#server/services/entity/checks.ts'
import { storedChain } from '#server/services/entity/prospective-chain.ts'
import { toUnresolvableColumns } from '#server/services/subordinate/problem.ts'

/** Rows per page. Each takes up to a millisecond, for which the process answers nobody. */
const PAGE = 100

type Fault = Pick<EntityCheck, 'name' | 'message'>
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
        const fault = findFault(typedSubordinate(row), { settings, anchor, now: toUnix(at) })
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

/** The first fault that a resolver finds. */
function findFault(
  subordinate: Subordinate,
  input: { settings: Settings; anchor: string; now: number },
): Fault | null {
  let name: Fault['name'] = 'STATEMENT'
  try {
    const chain = storedChain(subordinate, input)
    name = 'CONSTRAINTS'
    checkConstraints(chain)
    name = 'METADATA_POLICY'
    resolveMetadata(chain)
    return null
  } catch (error) {
    if (error instanceof FederationError) return { name, message: error.message }
    throw error
  }
}
