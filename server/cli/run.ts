/** A command that is a run: started here, done by the workers, told item by item until it ends. */
import { setTimeout } from 'node:timers/promises'
import { pino } from 'pino'
import { ConfigurationError } from '#federation/config/error.ts'
import type { Prisma, RenewalRun, RenewalRunItem } from '#prisma/generated/client/client.ts'
import { print, withInstallation } from '#server/cli/output.ts'
import { startOwnWorker } from '#server/cli/own-worker.ts'
import type { Database } from '#server/database/client.ts'
import { openQueue } from '#server/jobs/queue.ts'
import { type RunKind, runKinds } from '#server/jobs/run-kinds.ts'
import { createRuns } from '#server/jobs/runs.ts'
import type { Installation } from '#server/process/installation.ts'

const POLL_MS = 200
/** A worker that was killed counts as one for half a minute, and nobody takes the run up. */
const PATIENCE_MS = 60_000
const PAGE = 500

type Order = {
  kind: RunKind
  parameters?: Prisma.InputJsonObject
  /** @throws OperationError when it could not do what it is asked for */
  check?(db: Database): Promise<void>
  /** What is being done to an item: `Renewing`. */
  verb: string
  /** Its result is in Redis and nowhere else. */
  isForRedis?: true
}

/** One line an item, and a summary; the exit code tells of failures. */
export async function performRun(options: { json?: boolean }, order: Order): Promise<void> {
  const items: RenewalRunItem[] = []
  const tell = (item: RenewalRunItem) => {
    if (options.json) items.push(item)
    else process.stdout.write(`${order.verb} ${item.resource} ... ${resultOf(item)}\n`)
  }
  const attempt = { action: runKinds[order.kind].action, input: { ...order.parameters } }
  const ended = await withInstallation((installation) => startAndFollow(installation, order, tell), {
    attempt,
  })
  const { id, state, done, failed, error } = ended
  const shown = items.map(({ resource, ok, message }) => ({ resource, ok, message }))
  print(options, { run: id, state, done, failed, error, items: shown }, summary(ended))
  if (state !== 'SUCCEEDED' || failed > 0) process.exitCode = 1
}

type Tell = (item: RenewalRunItem) => void

async function startAndFollow(installation: Installation, order: Order, tell: Tell): Promise<RenewalRun> {
  if (order.isForRedis && !installation.isServed)
    throw new ConfigurationError('Its result is kept by the Redis of the server; start the server first.')
  await order.check?.(installation.db)
  const { run, isTaken } = await start(installation, order)
  const worker = isTaken ? null : await startOwnWorker(installation)
  return follow(installation, run.id, tell).finally(() => worker?.close())
}

const resultOf = ({ ok, message }: RenewalRunItem) => (ok ? 'OK' : `FAILED: ${message}`)

function summary({ state, done, failed, error }: RenewalRun): string {
  const counts = `${done} done, ${failed} failed.`
  return state === 'SUCCEEDED' ? counts : `${counts} The run ended as ${state}${error ? `: ${error}` : '.'}`
}

/** Queues the run; `isTaken` says that there is another process to work on it. */
async function start(
  { db, databaseUrl, caller, isServed }: Installation,
  { kind, parameters }: Order,
): Promise<{ run: RenewalRun; isTaken: boolean }> {
  const log = pino({ level: 'silent' })
  const queue = await openQueue(databaseUrl, log, { isWorker: false })
  const runs = createRuns({ db, queue, events: { announceRun: () => {} }, log })
  try {
    const run = await runs.start(caller, kind, parameters ? { parameters } : {})
    return { run, isTaken: isServed && (await queue.countWorkers()) > 0 }
  } finally {
    runs.close()
    await queue.close()
  }
}

/**
 * Tells each item once, in the order in which they finished.
 * @throws ConfigurationError when nobody takes the run up
 */
async function follow({ db }: Installation, id: number, tell: Tell): Promise<RenewalRun> {
  for (let last = 0; ; ) {
    // The state is read first: what was finished before the end is then among the items.
    const run = await db.renewalRun.findUniqueOrThrow({ where: { id } })
    const items = await db.renewalRunItem.findMany({
      where: { runId: id, sequence: { gt: last } },
      orderBy: { sequence: 'asc' },
      take: PAGE,
    })
    items.forEach(tell)
    last = items.at(-1)?.sequence ?? last
    if (run.endedAt && items.length === 0) return run
    if (run.attempts === 0 && Date.now() - run.startedAt.getTime() > PATIENCE_MS)
      throw new ConfigurationError('No worker takes the run up; is the admin server running?')
    if (items.length === 0) await setTimeout(POLL_MS)
  }
}
