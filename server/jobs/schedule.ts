/** Scheduled work, by pg-boss on our database: each job runs in one process at a time, whichever it is. */
import type { FastifyBaseLogger } from 'fastify'
import { PgBoss } from 'pg-boss'
import { type JobContext, jobs } from '#server/jobs/jobs.ts'

export type Schedule = { stop(): Promise<void> }

const POLLING_SECONDS = 10

export async function startSchedule(
  databaseUrl: string,
  context: JobContext,
  log: FastifyBaseLogger,
): Promise<Schedule> {
  const boss = new PgBoss({ connectionString: databaseUrl, schema: 'jobs', max: 4 })
  boss.on('error', (err) => log.warn({ err }, 'job queue'))
  await boss.start()
  for (const { name, cron, run } of jobs) {
    // At most one waiting and one running: a slow run is not followed by a queue of missed ones.
    await boss.createQueue(name, { policy: 'stately', retryLimit: 0 })
    await boss.schedule(name, cron)
    await boss.work(name, { pollingIntervalSeconds: POLLING_SECONDS }, async () => {
      const result = await run(context)
      if (result.done > 0 || result.failed > 0) log.info({ job: name, ...result }, 'job done')
    })
  }
  return { stop: () => boss.stop({ graceful: true, timeout: 5_000 }) }
}
