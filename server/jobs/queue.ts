/** The job queue of an anchor: pg-boss on our database. Each order is taken by one worker. */
import type { FastifyBaseLogger } from 'fastify'
import type { Pool } from 'pg'
import { fromPrisma, PgBoss } from 'pg-boss'
import type { Transaction } from '#server/database/client.ts'

export type RunOrder = { runId: number }

export type JobQueue = {
  boss: PgBoss
  /** Orders the execution of a run, in the transaction that starts it; one order per run at a time. */
  orderRun(tx: Transaction, runId: number): Promise<void>
  /** The number of worker processes, up to half a minute old. */
  countWorkers(): Promise<number>
  /** Has a process that keeps the keys look at the rollover of the signing key. False: there is none. */
  handOverKeyStep(): Promise<boolean>
  close(): Promise<void>
}

export const RUN_QUEUE = 'runs'
/** The queue of rollover steps that a worker with a read-only key directory hands over. */
export const KEY_QUEUE = 'key-steps'

/** The schema of the database in which the queue of an anchor is; null for the first one. */
export const queueSchema = (slug: string | null) =>
  slug === null ? 'jobs' : `jobs_${slug.replaceAll('-', '_')}`

const WORKER = 'worker'
const KEEPER = 'keeper'

/** A worker silent for this long counts as dead, and another one takes its order. */
const HEARTBEAT_SECONDS = 10
/** How often dead workers are searched for. */
const SUPERVISION_SECONDS = 5
/** run-execution.ts decides when a run is given up, not the queue. */
const NO_LIMIT = 1_000
const LONGEST_RUN_SECONDS = 23 * 3600
/** Milliseconds for running jobs to reach a point at which another worker can continue. */
const CLOSE_GRACE_MS = 8_000

/**
 * `slug` is null for the first anchor. `isWorker`: this process executes runs. `keepsKeys`: it executes none, and can write
 * the key directory.
 */
export async function openQueue(
  pool: Pool,
  slug: string | null,
  log: FastifyBaseLogger,
  { isWorker, keepsKeys = false }: { isWorker: boolean; keepsKeys?: boolean },
): Promise<JobQueue> {
  const boss = new PgBoss({
    db: { executeSql: (text, values) => pool.query(text, values) },
    instanceName: isWorker ? WORKER : keepsKeys ? KEEPER : 'admin',
    instanceHeartbeatSeconds: HEARTBEAT_SECONDS,
    schema: queueSchema(slug),
    superviseIntervalSeconds: SUPERVISION_SECONDS,
    monitorIntervalSeconds: SUPERVISION_SECONDS,
  })
  boss.on('error', (err) => log.warn({ err }, 'job queue'))
  await boss.start()
  await boss.createQueue(RUN_QUEUE, {
    policy: 'exclusive',
    retryLimit: NO_LIMIT,
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax: 30,
    heartbeatSeconds: HEARTBEAT_SECONDS,
    expireInSeconds: LONGEST_RUN_SECONDS,
    deleteAfterSeconds: 3600,
  })
  await boss.createQueue(KEY_QUEUE, { policy: 'stately', retryLimit: 0 })
  const count = async (role: string) =>
    (await boss.getInstances()).filter(({ name, live }) => live && name === role).length
  let counting: Promise<number> | undefined
  return {
    boss,
    async orderRun(tx, runId) {
      const order: RunOrder = { runId }
      await boss.send(RUN_QUEUE, order, { singletonKey: String(runId), db: fromPrisma(tx) })
    },
    countWorkers() {
      counting ??= count(WORKER).finally(() => {
        counting = undefined
      })
      return counting
    },
    async handOverKeyStep() {
      if ((await count(KEEPER)) === 0) return false
      await boss.send(KEY_QUEUE, {})
      return true
    },
    close: () => boss.stop({ graceful: true, timeout: CLOSE_GRACE_MS }),
  }
}
