/** Checks the subordinates that are due, a page at a time, and stores when each is due again. */
import { Prisma, type Subordinate } from '#prisma/generated/client/client.ts'
import { readSettings } from '#server/database/settings.ts'
import { OperationError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { RunContext } from '#server/jobs/context.ts'
import { eachInParallel } from '#server/jobs/in-parallel.ts'
import { future } from '#server/publish/age.ts'
import { MAX_AWAITED, whereAwaited } from '#server/services/subordinate/awaited-entities.ts'
import type { RecentCheck } from '#server/services/subordinate/recent-check.ts'

const PAGE = 250
/** Most of the time a check waits for the entity, up to ten seconds. */
const CONCURRENCY = 32
/** Milliseconds after which the rest waits for the next call. */
const BUDGET_MS = 50_000
/** Minutes for which a page is taken. If its worker ends, another one checks it then. */
const CLAIM_MINUTES = 2
const FIRST_RETRY_MINUTES = 5
/** The part of the interval for which a member is left alone after a check. */
const SOONEST = 0.1
const SHORTEST_SECONDS = 180
const LONGEST_SECONDS = 3_600
const CHECKS_PER_SECOND = 10
/** Checks kept for each subordinate. */
const KEPT = 24

type Claimed = { subordinateId: number; etag: string | null; recent: RecentCheck[] }
type Checked = Claimed & { isUnchanged: boolean; isChanged?: boolean; at: Date }

type CheckCounts = {
  checked: number
  failed: number
  /** Those that published something else. */
  changed: number
}

/** Ends early when the signal aborts. @throws an unexpected error of one check, after all others */
export async function checkSubordinates(
  context: RunContext,
  caller: Caller,
  signal: AbortSignal,
): Promise<CheckCounts> {
  const { db } = context
  const deadline = performance.now() + BUDGET_MS
  const counts = { checked: 0, failed: 0, changed: 0 }
  const unexpected: unknown[] = []
  const interval = await checkInterval(db)
  await addMissing(context, interval)
  while (performance.now() < deadline && !signal.aborted) {
    const claimed = await claim(context, interval)
    if (claimed.length === 0) break
    const done: Checked[] = []
    const rows = await db.subordinate.findMany({
      where: { id: { in: claimed.map(({ subordinateId }) => subordinateId) }, active: true },
    })
    const rowOf = new Map(rows.map((row) => [row.id, row]))
    const errors = await eachInParallel(claimed, CONCURRENCY, signal, async (claim) => {
      const row = rowOf.get(claim.subordinateId)
      if (!row) return void done.push({ ...claim, isUnchanged: false, at: context.now() })
      const checked = await checkOne(context, caller, row, claim, signal)
      if (!checked) return
      done.push(checked)
      counts.checked += 1
      if (checked.recent[0]?.ok === false) counts.failed += 1
      if (checked.isChanged) counts.changed += 1
    })
    unexpected.push(...errors)
    await store(context, done, interval) // the claims of the others end soon
  }
  if (unexpected.length > 0) throw unexpected[0]
  return counts
}

/**
 * Seconds between two checks, unless the settings say otherwise: a change of a member is seen within five minutes, and many
 * members cost no more than ten requests a second, up to an hour.
 */
export async function checkInterval(db: RunContext['db']): Promise<number> {
  const { checkMinutes } = await readSettings(db)
  if (checkMinutes !== null) return checkMinutes * 60
  const count = await db.subordinate.count()
  return Math.min(Math.max(SHORTEST_SECONDS, count / CHECKS_PER_SECOND), LONGEST_SECONDS)
}

/** Null if it changed meanwhile, or its state could not be found out: the claim ends soon. */
async function checkOne(
  { services, observe, now }: RunContext,
  caller: Caller,
  row: Subordinate,
  { subordinateId, etag, recent }: Claimed,
  signal: AbortSignal,
): Promise<Checked | null> {
  const began = performance.now()
  const at = now()
  try {
    const outcome = await services.subordinates.check(caller, row, etag, { signal })
    const milliseconds = Math.round(performance.now() - began)
    observe.checked(outcome.result)
    const check = {
      at: at.toISOString(),
      ok: outcome.result !== 'FAILED',
      milliseconds,
      message: outcome.message,
    }
    return {
      subordinateId,
      etag: outcome.etag,
      recent: [check, ...recent].slice(0, KEPT),
      isUnchanged: outcome.result === 'UNCHANGED',
      isChanged: outcome.isChanged,
      at,
    }
  } catch (error) {
    if (error instanceof OperationError) return null
    throw error
  }
}

/** Spreads new subordinates over the interval. It runs each minute, and counting is much cheaper than looking for each. */
async function addMissing({ db }: RunContext, seconds: number): Promise<void> {
  await db.$executeRaw`
    INSERT INTO "SubordinateCheck" ("subordinateId", "nextAt")
    SELECT s."id", now() AT TIME ZONE 'utc' + make_interval(secs => random() * ${seconds}::float8)
    FROM "Subordinate" s LEFT JOIN "SubordinateCheck" c ON c."subordinateId" = s."id"
    WHERE c."subordinateId" IS NULL
      AND (SELECT count(*) FROM "Subordinate") <> (SELECT count(*) FROM "SubordinateCheck")
    ON CONFLICT DO NOTHING`
}

/** Those that are due, and those whose time is further away than the interval, after a change of it or of the clock. */
async function claim({ db }: RunContext, seconds: number): Promise<Claimed[]> {
  return db.$queryRaw<Claimed[]>`
    UPDATE "SubordinateCheck" SET "nextAt" = now() AT TIME ZONE 'utc' + make_interval(mins => ${CLAIM_MINUTES})
    WHERE "subordinateId" IN (
      SELECT "subordinateId" FROM "SubordinateCheck"
      WHERE "nextAt" <= now() AT TIME ZONE 'utc'
        OR "nextAt" > ${future} + make_interval(secs => ${seconds * (1 + SOONEST)}::float8)
      ORDER BY "nextAt" LIMIT ${PAGE} FOR UPDATE SKIP LOCKED)
    RETURNING "subordinateId", "etag", "recent"`
}

async function store({ db, now }: RunContext, done: readonly Checked[], seconds: number): Promise<void> {
  if (done.length === 0) return
  const values = done.map(({ subordinateId, etag, recent }) => {
    const next = nextTime(subordinateId, recent, seconds, now())
    return Prisma.sql`(${subordinateId}::int, ${next}::timestamp, ${etag}, ${JSON.stringify(recent)}::jsonb)`
  })
  const unchanged = done.filter(({ isUnchanged }) => isUnchanged)
  const looked = unchanged.map(
    ({ subordinateId, at }) => Prisma.sql`(${subordinateId}::int, ${at}::timestamp)`,
  )
  await db.$transaction([
    db.$executeRaw`
      UPDATE "SubordinateCheck" AS c SET "nextAt" = v.next, "etag" = v.etag, "recent" = v.recent
      FROM (VALUES ${Prisma.join(values)}) AS v (id, next, etag, recent) WHERE c."subordinateId" = v.id`,
    ...(looked.length === 0
      ? []
      : [
          db.$executeRaw`UPDATE "Subordinate" AS s SET "lastCheckedAt" = v.at
            FROM (VALUES ${Prisma.join(looked)}) AS v (id, at) WHERE s."id" = v.id AND s."lastCheckedAt" < v.at`,
        ]),
  ])
}

/**
 * Each subordinate has its own place in the interval, so that the load stays even, also after an outage. A failed one
 * is tried again after 5, 10, 20 minutes and so on, up to its place.
 */
export function nextTime(
  id: number,
  recent: readonly Pick<RecentCheck, 'ok'>[],
  seconds: number,
  now: Date,
): Date {
  const interval = seconds * 1_000
  const place = (id * 2_654_435_761) % interval // a multiplicative hash: neighbours are far apart
  const nearest = interval - ((now.getTime() - place) % interval)
  // Not twice within a moment: one whose place comes soon waits for the place after it.
  const regular = now.getTime() + (nearest < interval * SOONEST ? nearest + interval : nearest)
  const good = recent.findIndex(({ ok }) => ok)
  const failures = good === -1 ? recent.length : good
  if (failures === 0) return new Date(regular)
  const retry = now.getTime() + FIRST_RETRY_MINUTES * 60_000 * 2 ** (failures - 1)
  return new Date(Math.min(regular, retry))
}

/** An entity that does not answer takes ten seconds, so all of them take two minutes at most. */
const EXAMINED_AT_ONCE = 16
/** Less than an hour, because the schedule looks every five minutes. */
const INTERVAL_MS = 57 * 60_000

type AwaitedCounts = { examined: number; passing: number }

/** Ends early when the signal aborts. @throws an unexpected error of one examination, after all others */
export async function examineAwaited(context: RunContext, signal: AbortSignal): Promise<AwaitedCounts> {
  const { db, services, now } = context
  await db.$executeRaw`
    DELETE FROM "AwaitedEntity" WHERE "entityId" IN (SELECT "entityId" FROM "Subordinate")`
  const at = now()
  const rows = await db.awaitedEntity.findMany({
    where: {
      ...whereAwaited(at),
      // A time in the future is that of a wrong clock.
      OR: [{ examinedAt: { lte: new Date(at.getTime() - INTERVAL_MS) } }, { examinedAt: { gt: at } }],
    },
    orderBy: { examinedAt: 'asc' },
    take: MAX_AWAITED,
  })
  const counts = { examined: 0, passing: 0 }
  const errors = await eachInParallel(rows, EXAMINED_AT_ONCE, signal, async (row) => {
    const passes = await services.awaitedEntities.examineAgain(row, signal)
    counts.examined += 1
    if (passes) counts.passing += 1
  })
  if (errors.length > 0) throw errors[0]
  return counts
}
