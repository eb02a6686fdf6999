/** The queue, by pg-boss on our database: orders are left in it, and each is taken by one worker, whichever it is. */
import type { FastifyBaseLogger } from 'fastify'
import { fromPrisma, PgBoss } from 'pg-boss'
import { connectionConfig } from '#prisma/connection.ts'
import type { Transaction } from '#server/database/client.ts'

export type RunOrder = { runId: number }

export type JobQueue = {
  boss: PgBoss
  /** Orders that a run be executed, in the transaction that starts it; one order of a run at a time. */
  orderRun(tx: Transaction, runId: number): Promise<void>
  /** How many processes execute runs at present, as of half a minute ago. */
  countWorkers(): Promise<number>
  close(): Promise<void>
}

export const RUN_QUEUE = 'runs'
const WORKER = 'worker'

/** A worker that was not heard of for so long has ended, and its order goes to another one. */
const HEARTBEAT_SECONDS = 10
/** How often it is looked for such workers. */
const SUPERVISION_SECONDS = 5
/** A run is given up by its own rule (run-execution.ts), never by the queue's. */
const NO_LIMIT = 1_000
const LONGEST_RUN_SECONDS = 23 * 3600
/** Milliseconds for what is under way to come to a place where another worker can go on. */
const CLOSE_GRACE_MS = 8_000

/** `isWorker` says that this process is going to execute runs. */
export async function openQueue(
  databaseUrl: string,
  log: FastifyBaseLogger,
  { isWorker }: { isWorker: boolean },
): Promise<JobQueue> {
  const boss = new PgBoss({
    ...connectionConfig(databaseUrl),
    instanceName: isWorker ? WORKER : 'admin',
    instanceHeartbeatSeconds: HEARTBEAT_SECONDS,
    schema: 'jobs',
    max: 4,
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
  return {
    boss,
    async orderRun(tx, runId) {
      const order: RunOrder = { runId }
      await boss.send(RUN_QUEUE, order, { singletonKey: String(runId), db: fromPrisma(tx) })
    },
    async countWorkers() {
      const instances = await boss.getInstances()
      return instances.filter(({ name, live }) => live && name === WORKER).length
    },
    close: () => boss.stop({ graceful: true, timeout: CLOSE_GRACE_MS }),
  }
}
