/** What a run of each kind works on, and how: one row a kind. */
import { walkCollection } from '#federation/collection/walk.ts'
import type { Caller } from '#server/caller.ts'
import { inParallel } from '#server/jobs/in-parallel.ts'
import type { ServiceDeps, Services } from '#server/services/index.ts'
import { OperationError } from '#server/services/operation-error.ts'

export type RunKind = 'SUBORDINATES' | 'TRUST_MARKS' | 'COLLECTION'

export type RunContext = Pick<
  ServiceDeps,
  'db' | 'entityId' | 'allowHttp' | 'fetcher' | 'reader' | 'publishing'
> & {
  services: Services
  redisKeyPrefix: string
}

/** How the work tells what it does. */
export type RunReport = {
  total(count: number): void
  item(resource: string, result: { ok: boolean; message?: string }): Promise<void>
  signal: AbortSignal
}

type Work = (context: RunContext, caller: Caller, report: RunReport) => Promise<void>

const CONCURRENCY = 8
const PAGE = 500

export const runKinds: Readonly<Record<RunKind, Work>> = {
  SUBORDINATES: renewSubordinates,
  TRUST_MARKS: renewTrustMarks,
  COLLECTION: walk,
}

/** Every active subordinate, page by page; each independently. */
async function renewSubordinates(
  { db, services }: RunContext,
  caller: Caller,
  report: RunReport,
): Promise<void> {
  report.total(await db.subordinate.count({ where: { active: true } }))
  for (let after = 0; ; ) {
    const page = await db.subordinate.findMany({
      where: { active: true, id: { gt: after } },
      orderBy: { id: 'asc' },
      take: PAGE,
      select: { id: true, entityId: true },
    })
    const last = page.at(-1)
    if (!last) return
    await inParallel(page, CONCURRENCY, report.signal, ({ id, entityId }) =>
      attempt(report, entityId, () => services.subordinates.refresh(caller, id)),
    )
    after = last.id
  }
}

/** Every mark that stands, whether or not it is due. */
async function renewTrustMarks(
  { db, services }: RunContext,
  caller: Caller,
  report: RunReport,
): Promise<void> {
  report.total(await db.trustMark.count({ where: { active: true } }))
  for (let after = 0; ; ) {
    const page = await db.trustMark.findMany({
      where: { active: true, id: { gt: after } },
      orderBy: { id: 'asc' },
      take: PAGE,
      select: { id: true, entityId: true, trustMarkType: { select: { type: true } } },
    })
    const last = page.at(-1)
    if (!last) return
    await inParallel(page, CONCURRENCY, report.signal, ({ id, entityId, trustMarkType }) =>
      attempt(report, `${trustMarkType.type} ${entityId}`, () => services.trustMarks.renew(caller, id)),
    )
    after = last.id
  }
}

/** Entities that could not be read are items; those that could are in the collection. */
async function walk(context: RunContext, _caller: Caller, report: RunReport): Promise<void> {
  const { entityId, allowHttp, fetcher, reader, publishing, redisKeyPrefix: prefix } = context
  const found = await walkCollection({
    trustAnchor: entityId,
    entityId,
    allowHttp,
    redis: publishing.redis,
    prefix,
    reader,
    fetcher,
    now: () => Math.floor(Date.now() / 1000),
    signal: report.signal,
    onProgress: ({ found }) => report.total(found),
  })
  report.total(found.entities + found.failed)
  for (const { entity, reason } of found.failures) await report.item(entity, { ok: false, message: reason })
  await report.item(entityId, { ok: true, message: `${found.entities} entities found` })
}

/** An expected failure is the result of the item; anything else ends the run. */
async function attempt(report: RunReport, resource: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
    await report.item(resource, { ok: true })
  } catch (error) {
    if (!(error instanceof OperationError)) throw error
    await report.item(resource, { ok: false, message: error.message })
  }
}
