/** The state of collected entities: of its registration here, or of the evaluation of the last crawl. */
import { Prisma } from '#prisma/generated/client/client.ts'
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
  whereProblem,
} from '#server/services/subordinate/problem.ts'
import type { EntityChoice } from '#store/collection-reader.ts'
import type { Reader } from '#store/reader.ts'

export type CollectedResult = {
  /** Null: the crawl could not read enough of it. */
  state: SubordinateState | null
  problem: Problem | null
  /** The Intermediate above it; null for registered entities. */
  superior: string | null
}

type Source = { db: Database; now: () => Date }

const unknown: CollectedResult = { state: null, problem: null, superior: null }

/** No row has it. */
const NO_CRAWL = 0

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
  const evaluation = await readEvaluation(db)
  const [collected, members] = await Promise.all([
    db.collectedEntity.findMany({
      where: { ...among, crawlId: evaluation?.crawlId ?? NO_CRAWL },
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

/** The entities in a state. Those in the usual state are many, and known by the exceptions. */
export async function chooseByState(
  state: SubordinateState,
  { db, now, reader }: Source & { reader: Pick<Reader, 'collection'> },
): Promise<EntityChoice> {
  if (state !== 'ACTIVE' || !(await isEvaluated(db, reader))) {
    return { only: await listEntities(db, toStateCondition(state, now()), Prisma.sql`= ${state}`) }
  }
  const others = { OR: [{ active: false }, whereProblem(now())] }
  return { except: await listEntities(db, others, Prisma.sql`IS DISTINCT FROM ${state}`) }
}

/** Whether the collection is that of the crawl that was evaluated; other programs can crawl too. */
async function isEvaluated(db: Database, { collection }: Pick<Reader, 'collection'>): Promise<boolean> {
  const [evaluation, crawl] = await Promise.all([readEvaluation(db), collection.state()])
  if (!crawl) return true // it is empty
  // An evaluation ends after its crawl.
  return crawl.lastUpdated !== undefined && Number(evaluation?.crawledAt ?? 0) >= crawl.lastUpdated * 1000
}

async function listEntities(
  db: Database,
  members: Prisma.SubordinateWhereInput,
  stateOfOthers: Prisma.Sql,
): Promise<string[]> {
  const [registered, others] = await Promise.all([
    db.subordinate.findMany({ where: members, select: { entityId: true } }),
    db.$queryRaw<{ entityId: string }[]>`
      SELECT e."entityId" FROM ${presentEntities} AND e."state" ${stateOfOthers}`,
  ])
  return [...registered, ...others].map(({ entityId }) => entityId)
}

const readEvaluation = (db: Database) => db.collectionEvaluation.findUnique({ where: { id: 1 } })
