/** Evaluates the entities below Intermediates from the last crawl, without fetching anybody (§6.1.4.2, §6.2). */
import { setImmediate } from 'node:timers/promises'
import { Prisma } from '#prisma/generated/client/client.ts'
import { readSettings } from '#server/database/settings.ts'
import type { Settings } from '#server/database/typed-row.ts'
import { type AnchorState, presentState } from '#server/services/collection/anchor-state.ts'
import { readBasis } from '#server/services/collection/basis.ts'
import {
  type ChainSource,
  createChainSource,
  type FoundChains,
  resolveFound,
} from '#server/services/collection/chains.ts'
import { createChainRecorder } from '#server/services/collection/recorder.ts'
import type { ServiceContext } from '#server/services/context.ts'

/** Rows per page. Each takes up to a millisecond, in which the process answers no request. */
const PAGE = 100

export type CollectedState = 'ACTIVE' | 'DOES_NOT_RESOLVE'

type EvaluationOptions = {
  signal: AbortSignal
  /** Called after each page. */
  onPage?: (page: EvaluatedPage) => void
}
export type EvaluatedPage = { examined: number; unresolvable: { entityId: string; message: string }[] }

export function createCollectionService(context: ServiceContext) {
  const { db, now } = context

  const present = () => db.collectionEvaluation.findUnique({ where: { id: 1 } })

  async function removeOthers(crawlId: number): Promise<void> {
    await db.collectedEntity.deleteMany({ where: { crawlId: { not: crawlId } } })
    await db.collectedStatement.deleteMany({ where: { crawlId: { not: crawlId } } })
  }

  async function evaluate(crawlId: number, settings: Settings, { signal, onPage }: EvaluationOptions) {
    const source = createChainSource(context, crawlId)
    const state = presentState(settings)
    const before = (await present())?.crawlId ?? crawlId
    for (let after: string | null = ''; after !== null; ) {
      signal.throwIfAborted()
      const { last, ...page } = await evaluatePage({ crawlId, before, after, source, state })
      onPage?.(page)
      after = last
      await setImmediate()
    }
  }

  async function evaluatePage(input: {
    crawlId: number
    /** The crawl whose results say since when an entity does not resolve. */
    before: number
    after: string
    source: ChainSource
    state: AnchorState
  }): Promise<EvaluatedPage & { last: string | null }> {
    const { crawlId, before, after, source, state: anchor } = input
    const rows = await db.collectedEntity.findMany({
      where: { crawlId, entityId: { gt: after } },
      orderBy: { entityId: 'asc' },
      take: PAGE,
    })
    const entityIds = rows.map(({ entityId }) => entityId)
    const [collected, members, earlier] = await Promise.all([
      source.of(rows),
      db.subordinate.findMany({
        where: { entityId: { in: entityIds } },
        select: { entityId: true },
      }),
      db.collectedEntity.findMany({
        where: { crawlId: before, entityId: { in: entityIds }, unresolvableSince: { not: null } },
        select: { entityId: true, unresolvableSince: true },
      }),
    ])
    const registered = new Set(members.map(({ entityId }) => entityId))
    const found = await Promise.all(
      collected.map(async (each) => {
        if (!each || registered.has(each.entityId)) return null
        const [chains] = await source.find(each, anchor)
        return chains
      }),
    )
    const sinceOf = new Map(earlier.map(({ entityId, unresolvableSince }) => [entityId, unresolvableSince]))
    const results = rows.map((row, index) => {
      const { state, fault, superior } = judge(found[index] ?? null)
      const since = fault && (sinceOf.get(row.entityId) ?? now())
      return { row, state, fault, superior, since }
    })
    const changed = results.filter(
      ({ row, state, fault, superior }) =>
        row.state !== state ||
        row.superior !== superior ||
        row.unresolvableReason !== (fault?.message ?? null) ||
        row.unresolvableCode !== (fault?.name ?? null),
    )
    if (changed.length > 0) {
      const values = changed.map(
        ({ row, state, fault, superior, since }) => Prisma.sql`(${row.id}::int, ${state}, ${superior},
          ${fault?.message ?? null}, ${fault?.name ?? null}, ${since}::timestamp)`,
      )
      await db.$executeRaw`
        UPDATE "CollectedEntity" AS e
        SET "state" = v.state, "superior" = v.superior, "unresolvableReason" = v.reason,
          "unresolvableCode" = v.code, "unresolvableSince" = v.since
        FROM (VALUES ${Prisma.join(values)}) AS v (id, state, superior, reason, code, since)
        WHERE e."id" = v.id`
    }
    return {
      last: entityIds.at(-1) ?? null,
      examined: rows.length,
      unresolvable: results.flatMap(({ row: { entityId }, fault }) =>
        fault ? [{ entityId, message: fault.message }] : [],
      ),
    }
  }

  return {
    /** Begins a crawl, and removes what an interrupted one left. */
    async record(crawlId: number) {
      await removeOthers((await present())?.crawlId ?? 0)
      return createChainRecorder(db, crawlId)
    },

    /** Evaluates a complete crawl, and lets it take the place of the last one. */
    async adopt(crawlId: number, options: EvaluationOptions): Promise<void> {
      const basis = await readBasis(db)
      await evaluate(crawlId, await readSettings(db), options)
      const crawl = { crawlId, crawledAt: now(), basis }
      await db.collectionEvaluation.upsert({ where: { id: 1 }, create: { id: 1, ...crawl }, update: crawl })
      await removeOthers(crawlId)
    },

    /** Evaluates the last crawl again, under the present settings and registrations. */
    async evaluate(options: EvaluationOptions): Promise<void> {
      const crawl = await present()
      if (!crawl) return
      const { crawlId } = crawl
      const basis = await readBasis(db)
      await evaluate(crawlId, await readSettings(db), options)
      // Not of a crawl that ended meanwhile.
      await db.collectionEvaluation.updateMany({ where: { crawlId }, data: { basis } })
    },
  }
}

function judge(found: FoundChains | null) {
  const resolved = resolveFound(found)
  const state: CollectedState | null = resolved && (resolved.fault ? 'DOES_NOT_RESOLVE' : 'ACTIVE')
  return { state, fault: resolved?.fault ?? null, superior: found?.superior ?? null }
}
