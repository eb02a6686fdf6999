/** Yields what a change does to entities below Intermediates, as the last crawl read them. */
import { Prisma } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { ahead } from '#server/database/pages.ts'
import type { ChainSource, Collected } from '#server/services/collection/chains.ts'
import {
  type BothFound,
  type BothResolved,
  type Comparison,
  createComparison,
} from '#server/services/effect/comparison.ts'
import { isBoth, withFaults } from '#server/services/effect/member-effects.ts'
import type { BothStates } from '#server/services/effect/planned-state.ts'
import { remembering } from '#server/services/effect/remembering.ts'

/** Rows per page. Each takes some ten microseconds, in which the process answers no request. */
const PAGE = 500
/** Limit memory: beyond them, results are computed again. */
const MAX_COMPARISONS = 2_000
const MAX_RESULTS = 10_000

/** `effect` null: not known. */
export type BelowEffect = { id: number; entityId: string; effect: BothResolved | null }

type Crawl = { crawlId: number; source: ChainSource }
type Row = { id: number; entityId: string; claims: Uint8Array | null; isMember: boolean }

/** All that are not active members, which have a shorter chain of their own. */
export async function* allBelow(db: Database, { crawlId, source }: Crawl, states: BothStates) {
  const compare = createBelowComparison(source, states)
  for await (const rows of ahead(readPages(db, crawlId))) yield await compare(rows)
}

async function* readPages(db: Database, crawlId: number): AsyncGenerator<Row[]> {
  for (let after = 0; ; ) {
    const rows = await readPage(db, crawlId, Prisma.sql`e."id" > ${after}`)
    const last = rows.at(-1)
    if (!last) return
    yield rows
    after = last.id
  }
}

/** The page first, so that its rows are looked up among the members, rather than the members read for each page. */
const readPage = (db: Database, crawlId: number, condition: Prisma.Sql): Promise<Row[]> => db.$queryRaw`
  SELECT page.*, s."active" IS TRUE AS "isMember" FROM (
    SELECT e."id", e."entityId", e."claims" FROM "CollectedEntity" e
    WHERE e."crawlId" = ${crawlId} AND ${condition}
    ORDER BY e."id" LIMIT ${PAGE}) AS page
  LEFT JOIN "Subordinate" s ON s."entityId" = page."entityId"
  ORDER BY page."id"`

/** Those with a chain through one of these Superiors. */
export async function* belowSuperiors(
  db: Database,
  { crawlId, source }: Crawl,
  states: BothStates,
  superiors: readonly string[],
) {
  const compare = createBelowComparison(source, states)
  const ids = await findBelow(db, crawlId, superiors)
  for (let start = 0; start < ids.length; start += PAGE) {
    const page = ids.slice(start, start + PAGE)
    yield await compare(await readPage(db, crawlId, Prisma.sql`e."id" = ANY (${page})`))
  }
}

async function findBelow(db: Database, crawlId: number, superiors: readonly string[]): Promise<number[]> {
  const rows = await db.$queryRaw<{ id: number }[]>`
    WITH RECURSIVE ${below(crawlId, superiors)}
    SELECT e."id" FROM below JOIN "CollectedEntity" e ON e."entityId" = below."entityId" AND e."crawlId" = ${crawlId}
    ORDER BY e."id"`
  return rows.map(({ id }) => id)
}

/** Identifiers of active members that one of these Superiors is above too. */
export async function findMembersBelow(
  db: Database,
  { crawlId }: Pick<Crawl, 'crawlId'>,
  superiors: readonly string[],
): Promise<string[]> {
  const rows = await db.$queryRaw<{ entityId: string }[]>`
    WITH RECURSIVE ${below(crawlId, superiors)}
    SELECT s."entityId" FROM below JOIN "Subordinate" s ON s."entityId" = below."entityId" AND s."active"`
  return rows.map(({ entityId }) => entityId)
}

/** Active Intermediates among these, by default of all, of which the crawl read no statement. */
export async function findUnread(
  db: Database,
  crawlId: number | null,
  superiors: readonly string[] | null,
): Promise<string[]> {
  if (superiors?.length === 0) return []
  const among = superiors ? Prisma.sql`AND s."entityId" = ANY (${superiors})` : Prisma.empty
  const rows = await db.$queryRaw<{ entityId: string }[]>`
    SELECT s."entityId" FROM "Subordinate" s WHERE s."active" AND s."intermediate" ${among} AND NOT EXISTS
      (SELECT FROM "CollectedStatement" c WHERE c."crawlId" = ${crawlId} AND c."superior" = s."entityId")
    ORDER BY s."entityId"`
  return rows.map(({ entityId }) => entityId)
}

const below = (crawlId: number, superiors: readonly string[]) => Prisma.sql`
  below AS (
    SELECT "entityId" FROM "CollectedStatement" WHERE "crawlId" = ${crawlId} AND "superior" = ANY (${superiors})
    UNION SELECT s."entityId" FROM below JOIN "CollectedStatement" s
      ON s."superior" = below."entityId" AND s."crawlId" = ${crawlId})`

function createBelowComparison(source: ChainSource, states: BothStates) {
  const remember = remembering<Comparison>(MAX_COMPARISONS)
  const results = remembering<BothFound>(MAX_RESULTS)

  async function effectOn(collected: Collected): Promise<BothResolved | null> {
    const [before, after] = await source.find(collected, states.before, states.after)
    const chains = { before: before.chains, after: after.chains }
    const key = JSON.stringify([before.chains, after.chains].map((found) => found.map((each) => each.key)))
    const { sub, metadata = {} } = before.own.claims
    const comparison = remember(key, () => createComparison(chains, results))
    const found = comparison.reduced({ sub, entityId: sub, metadata })
    if (isBoth(found)) return found
    return withFaults(found, { before: before.faults[0] ?? null, after: after.faults[0] ?? null })
  }

  return async (page: readonly Row[]): Promise<BelowEffect[]> => {
    const rows = page.filter(({ isMember }) => !isMember)
    const collected = await source.of(rows)
    return Promise.all(
      rows.map(async ({ id, entityId }, at) => {
        const each = collected[at]
        return { id, entityId, effect: each ? await effectOn(each) : null }
      }),
    )
  }
}
