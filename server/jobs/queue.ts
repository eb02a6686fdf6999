/** The orders of runs: pg-boss on our database, for all anchors of the process. Each order is taken by one worker. */
import { setTimeout } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import type { Pool } from 'pg'
import { fromPrisma, PgBoss } from 'pg-boss'
import type { Transaction } from '#server/database/client.ts'
import { FIRST_ANCHOR } from '#store/anchors.ts'

export type RunOrder = { runId: number }

/** Ends with the reason of the signal when the order is taken from this process. */
type Take<Order> = (order: Order, signal: AbortSignal) => Promise<void>

/** The orders of one anchor. */
export type JobQueue = {
  /** Orders the execution of a run, in the transaction that starts it; one order per run at a time. */
  orderRun(tx: Transaction, runId: number): Promise<void>
  /** Takes so many orders at a time. */
  takeRuns(atATime: number, take: Take<RunOrder>): Promise<void>
  /** Looks for orders now, because one may have come. */
  wake(): void
  /** The number of worker processes, up to half a minute old. */
  countWorkers(): Promise<number>
  /** Has a process that keeps the keys look at the rollover of the signing key. False: there is none. */
  handOverKeyStep(): Promise<boolean>
  /** Takes the looks at the rollover that others hand over. */
  takeKeySteps(take: Take<object>): Promise<void>
  /** Running orders reach a point at which another worker can continue. */
  close(): Promise<void>
}

export type Queues = {
  ofAnchor(slug: string): Promise<JobQueue>
  /** Wakes the takers of every queue with an order that waits, or whose worker died. */
  look(): Promise<void>
  /** Forgets the orders of an anchor that is gone, or was here before. */
  remove(slug: string): Promise<void>
  /** The first time after `from`, which is now by default. @throws for an invalid cron expression */
  nextTime(cron: string, from?: Date): Date | null
  close(): Promise<void>
}

const SCHEMA = 'jobs'
/** The queue of the rollover steps that a worker with a read-only key directory hands over. */
const names = { runs: 'runs', keySteps: 'key-steps' } as const

const nameOf = (kind: keyof typeof names, slug: string): string =>
  slug === FIRST_ANCHOR ? names[kind] : `${names[kind]}/${slug}`

const WORKER = 'worker'
/** A worker silent for this long counts as dead, and another one takes its order. */
const HEARTBEAT_SECONDS = 10
const HEARTBEAT_REFRESH_SECONDS = 3
/** Shortest time between two searches for dead workers in a queue, and the longest time between two clean-ups. */
const SUPERVISION_SECONDS = { shortest: 5, longest: 60 }
/** A look wakes a taker sooner: one statement finds the orders of all anchors. */
const POLLING_SECONDS = 60
/** run-execution.ts decides when a run is given up, not the queue. */
const NO_LIMIT = 1_000
const LONGEST_RUN_SECONDS = 23 * 3600
/** Milliseconds for running jobs to reach a point at which another worker can continue. */
const CLOSE_GRACE_MS = 8_000
/** Times are in UTC, regardless of the machine's time zone. */
const TIME_ZONE = 'UTC'

/** `isWorker`: this process executes runs. */
export async function openQueues(
  pool: Pool,
  log: FastifyBaseLogger,
  { isWorker }: { isWorker: boolean },
): Promise<Queues> {
  const boss = new PgBoss({
    db: { executeSql: (text, values) => pool.query(text, values) },
    instanceName: isWorker ? WORKER : 'admin',
    instanceHeartbeatSeconds: HEARTBEAT_SECONDS,
    schema: SCHEMA,
    schedule: false,
    superviseIntervalSeconds: SUPERVISION_SECONDS.longest,
    monitorIntervalSeconds: SUPERVISION_SECONDS.shortest,
    flowIntervalSeconds: SUPERVISION_SECONDS.longest, // no order depends on another
  })
  boss.on('error', (err) => log.warn({ err }, 'job queue'))
  await boss.start()
  /** Of this process, by queue. */
  const takers = new Map<string, string[]>()
  let counting: ReturnType<PgBoss['getInstances']> | undefined

  /** Anchors that ask at the same moment share the answer. */
  async function liveInstances() {
    counting ??= boss.getInstances().finally(() => {
      counting = undefined
    })
    return (await counting).filter(({ live }) => live)
  }

  async function take<Order extends object>(queue: string, work: Take<Order>, options: object = {}) {
    const given = { pollingIntervalSeconds: POLLING_SECONDS, ...options }
    const taker = await boss.work<Order>(queue, given, async ([order]) => {
      if (order) await work(order.data, order.signal)
    })
    takers.set(queue, [...(takers.get(queue) ?? []), taker])
  }

  const wake = (queue: string) => {
    for (const taker of takers.get(queue) ?? []) boss.notifyWorker(taker)
  }

  return {
    async ofAnchor(slug) {
      const [runs, keySteps] = [nameOf('runs', slug), nameOf('keySteps', slug)]
      await boss.createQueue(runs, {
        policy: 'exclusive',
        retryLimit: NO_LIMIT,
        retryDelay: 1,
        retryBackoff: true,
        retryDelayMax: 30,
        heartbeatSeconds: HEARTBEAT_SECONDS,
        expireInSeconds: LONGEST_RUN_SECONDS,
        deleteAfterSeconds: 3600,
      })
      await boss.createQueue(keySteps, { policy: 'stately', retryLimit: 0 })
      return {
        async orderRun(tx, runId) {
          const order: RunOrder = { runId }
          await boss.send(runs, order, { singletonKey: String(runId), db: fromPrisma(tx) })
        },
        async takeRuns(atATime, work) {
          const options = { heartbeatRefreshSeconds: HEARTBEAT_REFRESH_SECONDS }
          for (let count = 0; count < atATime; count++) await take(runs, work, options)
        },
        wake: () => wake(runs),
        countWorkers: async () => (await liveInstances()).filter(({ name }) => name === WORKER).length,
        async handOverKeyStep() {
          const isKept = (await liveInstances()).some(({ workers }) =>
            workers.some(({ queue }) => queue === keySteps),
          )
          if (isKept) await boss.send(keySteps, {})
          return isKept
        },
        takeKeySteps: (work) => take(keySteps, work),
        async close() {
          const queues = [runs, keySteps].filter((queue) => takers.delete(queue))
          const ended = Promise.all(queues.map((queue) => boss.offWork(queue)))
          await Promise.race([ended, setTimeout(CLOSE_GRACE_MS, undefined, { ref: false })])
        },
      }
    },

    async look() {
      if (takers.size === 0) return
      const { rows } = await pool.query<{ name: string; isDead: boolean }>(
        `SELECT "name", bool_or("state" = 'active') AS "isDead" FROM "${SCHEMA}"."job"
         WHERE "name" = ANY ($1) AND (("state" < 'active' AND "start_after" <= now()) OR ("state" = 'active'
           AND "heartbeat_on" + make_interval(secs => "heartbeat_seconds") < now())) GROUP BY "name"`,
        [[...takers.keys()]],
      )
      const dead = rows.filter(({ isDead }) => isDead).map(({ name }) => name)
      for (const name of dead) await boss.supervise(name)
      for (const { name } of rows) wake(name)
    },

    async remove(slug) {
      for (const kind of Object.keys(names) as (keyof typeof names)[])
        await boss.deleteQueue(nameOf(kind, slug))
    },

    nextTime: (cron, from) =>
      boss.previewSchedule(cron, { count: 1, tz: TIME_ZONE, ...(from ? { from } : {}) })[0] ?? null,

    close: () => boss.stop({ graceful: true, timeout: CLOSE_GRACE_MS }),
  }
}
