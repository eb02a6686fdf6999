/** What is done by schedule: one row a job. */

import { decodeJwt } from '#core/jws.ts'
import { jobCaller } from '#server/caller.ts'
import type { Database } from '#server/database.ts'
import { inParallel } from '#server/jobs/in-parallel.ts'
import type { Runs } from '#server/jobs/runs.ts'
import type { PublishContext } from '#server/publish/context.ts'
import { enqueue, toPublish } from '#server/publish/outbox.ts'
import type { Publisher } from '#server/publish/publisher.ts'
import type { Services } from '#server/services/index.ts'
import { OperationError } from '#server/services/operation-error.ts'

export type JobContext = {
  db: Database
  services: Services
  publisher: Publisher
  publishing: PublishContext
  runs: Runs
}
export type JobResult = { done: number; failed: number }
type Job = { name: string; cron: string; run(context: JobContext): Promise<JobResult> }

export const jobs: readonly Job[] = [
  { name: 'regenerate-entity-configuration', cron: '* * * * *', run: regenerateEntityConfiguration },
  { name: 'renew-subordinates', cron: '*/5 * * * *', run: renewSubordinates },
  { name: 'renew-trust-marks', cron: '0 * * * *', run: renewTrustMarks },
  { name: 'walk-collection', cron: '*/5 * * * *', run: walkCollection },
]

const BATCH = 500
const CONCURRENCY = 8
const RETRY_MINUTES = 60

/** Changes publish themselves; here it is only kept from growing old. */
async function regenerateEntityConfiguration({ db, publisher, publishing }: JobContext): Promise<JobResult> {
  const jwt = await publishing.redis.get(publishing.keys.entityConfiguration)
  if (jwt && !isHalfOver(jwt)) return { done: 0, failed: 0 }
  await enqueue(db, [toPublish('entity-configuration')])
  await publisher.flush()
  return { done: 1, failed: 0 }
}

function isHalfOver(jwt: string): boolean {
  const { iat, exp } = decodeJwt(jwt).claims
  return Date.now() / 1000 > (Number(iat) + Number(exp)) / 2
}

/** Statements past half of their life, and configurations about to expire; one that failed waits an hour. */
async function renewSubordinates({ db, services }: JobContext): Promise<JobResult> {
  const due = await db.$queryRaw<{ id: number }[]>`
    SELECT "id" FROM "Subordinate"
    WHERE "active" AND "autorenew"
      AND ("statementExpiresAt" - ("statementExpiresAt" - "statementIssuedAt") / 2 < now() AT TIME ZONE 'utc'
        OR "entityConfigurationExpiresAt" < now() AT TIME ZONE 'utc' + interval '1 hour')
      AND "lastCheckedAt" < now() AT TIME ZONE 'utc' - make_interval(mins => CASE WHEN "lastError" IS NULL THEN 5 ELSE ${RETRY_MINUTES}::int END)
    ORDER BY "statementExpiresAt" LIMIT ${BATCH}`
  const caller = jobCaller('renew-subordinates')
  return each(due, ({ id }) => services.subordinates.refresh(caller, id))
}

async function renewTrustMarks({ db, services }: JobContext): Promise<JobResult> {
  const due = await db.$queryRaw<{ id: number }[]>`
    SELECT "id" FROM "TrustMark"
    WHERE "active" AND "autorenew" AND "expiresAt" > now() AT TIME ZONE 'utc'
      AND "expiresAt" < now() AT TIME ZONE 'utc' + make_interval(hours => "renewalTime")
    ORDER BY "expiresAt" LIMIT ${BATCH}`
  const caller = jobCaller('renew-trust-marks')
  return each(due, ({ id }) => services.trustMarks.renew(caller, id))
}

/** A walk that is still under way is not joined by another. */
async function walkCollection({ runs }: JobContext): Promise<JobResult> {
  try {
    await runs.start(jobCaller('walk-collection'), 'COLLECTION')
    return { done: 1, failed: 0 }
  } catch (error) {
    if (error instanceof OperationError) return { done: 0, failed: 0 }
    throw error
  }
}

/** Each independently; an expected failure is recorded by the service and only counted here. */
async function each<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<unknown>,
): Promise<JobResult> {
  const result = { done: 0, failed: 0 }
  await inParallel(items, CONCURRENCY, null, async (item) => {
    try {
      await work(item)
      result.done++
    } catch (error) {
      if (!(error instanceof OperationError)) throw error
      result.failed++
    }
  })
  return result
}
