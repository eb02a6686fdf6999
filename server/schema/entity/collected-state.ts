/** The state of collected entities: of its registration here, or of the evaluation of the last crawl. */
import type { Database } from '#server/database/client.ts'
import { presentEntities } from '#server/services/collection/present.ts'
import {
  type Problem,
  problemColumns,
  problemOf,
  type SubordinateState,
  stateOf,
  toProblem,
  toStateCondition,
} from '#server/services/subordinate/problem.ts'

export type CollectedResult = {
  /** Null: the crawl could not read enough of it. */
  state: SubordinateState | null
  problem: Problem | null
  /** The Intermediate above it; null for registered entities. */
  superior: string | null
}

type Source = { db: Database; now: () => Date }

const unknown: CollectedResult = { state: null, problem: null, superior: null }

/** Two queries for any number of entities, when the first of them is asked for. */
export function createResultReader(entityIds: readonly string[], { db, now }: Source) {
  let found: Promise<Map<string, CollectedResult>> | undefined
  return async (entityId: string): Promise<CollectedResult> => {
    found ??= readResults(entityIds, db, now())
    return (await found).get(entityId) ?? unknown
  }
}

async function readResults(
  entityIds: readonly string[],
  db: Database,
  now: Date,
): Promise<Map<string, CollectedResult>> {
  const among = { entityId: { in: [...entityIds] } }
  const [collected, members] = await Promise.all([
    db.collectedEntity.findMany({
      where: { ...among, crawlId: await currentCrawl(db) },
      omit: { claims: true },
    }),
    db.subordinate.findMany({ where: among, select: { entityId: true, ...problemColumns } }),
  ])
  const results = new Map<string, CollectedResult>()
  for (const { entityId, ...row } of collected) {
    const { unresolvableSince: since, superior } = row
    const problem = since && toProblem(row.unresolvableCode, row.unresolvableReason ?? '', since)
    results.set(entityId, { state: toState(row.state), problem, superior })
  }
  for (const { entityId, ...row } of members) {
    results.set(entityId, { state: stateOf(row, now), problem: problemOf(row, now), superior: null })
  }
  return results
}

const toState = (state: string | null): SubordinateState | null =>
  state === 'ACTIVE' || state === 'DOES_NOT_RESOLVE' ? state : null

/** The entities in a state, in no order. */
export async function listInState(state: SubordinateState, { db, now }: Source): Promise<string[]> {
  const [collected, members] = await Promise.all([
    db.$queryRaw<{ entityId: string }[]>`
      SELECT e."entityId" FROM ${presentEntities} AND e."state" = ${state}`,
    db.subordinate.findMany({ where: toStateCondition(state, now()), select: { entityId: true } }),
  ])
  return [...members, ...collected].map(({ entityId }) => entityId)
}

/** 0 before the first crawl, which no row has. */
async function currentCrawl(db: Database): Promise<number> {
  return (await db.collectionEvaluation.findUnique({ where: { id: 1 } }))?.crawlId ?? 0
}
