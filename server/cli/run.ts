/** A command that starts a run and reports each item until the run ends. */
import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { pino } from 'pino'
import { ConfigurationError } from '#federation/config/error.ts'
import type { Prisma, Run, RunItem } from '#prisma/generated/client/client.ts'
import { type AnchorOptions, withAnchor } from '#server/cli/opened.ts'
import { print } from '#server/cli/output.ts'
import { startOwnWorker } from '#server/cli/own-worker.ts'
import type { Database } from '#server/database/client.ts'
import { openQueue } from '#server/jobs/queue.ts'
import { type RunKind, runKinds } from '#server/jobs/run-kinds.ts'
import { createRuns } from '#server/jobs/runs.ts'
import type { OpenAnchor } from '#server/process/open-anchor.ts'

const POLL_MS = 200
/** A killed worker counts as alive for half a minute, in which no worker takes the run. */
const PATIENCE_MS = 60_000
const PAGE = 500

type Order = {
  kind: RunKind
  parameters?: Prisma.InputJsonObject
  /** @throws OperationError when the parameters are wrong */
  check?(db: Database): Promise<void>
  /** The verb of a line: `Renewing`. */
  verb: string
  /** The result is kept in Redis only. */
  isForRedis?: true
}

/** Prints one line per item and a summary. The exit code is 1 if anything failed. */
export async function performRun(options: AnchorOptions, order: Order): Promise<void> {
  const items: RunItem[] = []
  const report = (item: RunItem) => {
    if (options.json) items.push(item)
    else process.stdout.write(`${order.verb} ${item.resource} ... ${resultOf(item)}\n`)
  }
  const attempt = { action: runKinds[order.kind].action, input: { ...order.parameters } }
  const ended = await withAnchor(options, (anchor) => startAndFollow(anchor, order, report), attempt)
  const { id, state, done, failed, error } = ended
  const shown = items.map(({ resource, ok, message }) => ({ resource, ok, message }))
  print(options, { run: id, state, done, failed, error, items: shown }, summary(ended))
  if (state !== 'SUCCEEDED' || failed > 0) process.exitCode = 1
}

type Report = (item: RunItem) => void

async function startAndFollow(anchor: OpenAnchor, order: Order, report: Report): Promise<Run> {
  if (order.isForRedis && !anchor.isServed)
    throw new ConfigurationError('The result is kept in the Redis of the server. Start the server first.')
  await order.check?.(anchor.db)
  const { run, isTaken } = await start(anchor, order)
  const worker = isTaken ? null : await startOwnWorker(anchor)
  return follow(anchor, run.id, report).finally(() => worker?.close())
}

const resultOf = ({ ok, message }: RunItem): string => (ok ? 'OK' : `FAILED: ${message}`)

function summary({ state, done, failed, error }: Run): string {
  const counts = `${done} done, ${failed} failed.`
  return state === 'SUCCEEDED' ? counts : `${counts} The run ended as ${state}${error ? `: ${error}` : '.'}`
}

/** Queues the run. `isTaken`: another process will work on it. */
async function start(
  { db, pool, slug, isFirst, caller, isServed, now }: OpenAnchor,
  { kind, parameters }: Order,
): Promise<{ run: Run; isTaken: boolean }> {
  const log = pino({ level: 'silent' })
  const queue = await openQueue(pool, isFirst ? null : slug, log, { isWorker: false })
  const runs = createRuns({ db, queue, events: { announceRun: () => {} }, log, now })
  try {
    // The audit entries of the items have the id of the request that started the run.
    const starter = { ...caller, requestId: randomUUID() }
    const run = await runs.start(starter, kind, parameters ? { parameters } : {})
    return { run, isTaken: isServed && (await queue.countWorkers()) > 0 }
  } finally {
    runs.close()
    await queue.close()
  }
}

/**
 * Reports each item once, in the order of completion.
 * @throws ConfigurationError when no worker takes the run
 */
async function follow({ db, now }: OpenAnchor, id: number, report: Report): Promise<Run> {
  for (let last = 0; ; ) {
    // Read the state first, so that the items include everything finished before the end.
    const run = await db.run.findUniqueOrThrow({ where: { id } })
    const items = await db.runItem.findMany({
      where: { runId: id, sequence: { gt: last } },
      orderBy: { sequence: 'asc' },
      take: PAGE,
    })
    items.forEach(report)
    last = items.at(-1)?.sequence ?? last
    if (run.endedAt && items.length === 0) return run
    if (run.attempts === 0 && now().getTime() - run.startedAt.getTime() > PATIENCE_MS)
      throw new ConfigurationError('No worker takes the run. Check that the admin server is running.')
    if (items.length === 0) await setTimeout(POLL_MS)
  }
}
