/** A command that is a run: started here, done by the workers, told item by item until it ends. */
import { setTimeout } from 'node:timers/promises'
import { pino } from 'pino'
import type { Prisma, RenewalRun, RenewalRunItem } from '#prisma/generated/client/client.ts'
import type { Installation } from '#server/cli/installation.ts'
import { print, withInstallation } from '#server/cli/output.ts'
import { openQueue } from '#server/jobs/queue.ts'
import type { RunKind } from '#server/jobs/run-kinds.ts'
import { createRuns } from '#server/jobs/runs.ts'

const POLL_MS = 200
const PAGE = 500

type Order = {
  kind: RunKind
  parameters?: Prisma.InputJsonObject
  /** What is being done to an item: `Renewing`. */
  verb: string
}

/** One line an item, and a summary; the exit code tells of failures. */
export async function performRun(options: { json?: boolean }, order: Order): Promise<void> {
  await withInstallation(async (installation) => {
    const run = await start(installation, order)
    if (!installation.isServed) {
      return print(options, { run: run.id, state: run.state }, 'Queued: it is done when the server starts.')
    }
    const items: RenewalRunItem[] = []
    const ended = await follow(installation, run.id, (item) => {
      if (options.json) items.push(item)
      else
        process.stdout.write(
          `${order.verb} ${item.resource} ... ${item.ok ? 'OK' : `FAILED: ${item.message}`}\n`,
        )
    })
    const { id, state, done, failed, error } = ended
    const shown = items.map(({ resource, ok, message }) => ({ resource, ok, message }))
    print(options, { run: id, state, done, failed, error, items: shown }, summary(ended))
    if (state !== 'SUCCEEDED' || failed > 0) process.exitCode = 1
  })
}

function summary({ state, done, failed, error }: RenewalRun): string {
  const counts = `${done} done, ${failed} failed.`
  return state === 'SUCCEEDED' ? counts : `${counts} The run ended as ${state}${error ? `: ${error}` : '.'}`
}

/** Without a server the run waits in the database, and is ordered by the server that finds it. */
async function start(
  { db, databaseUrl, caller, isServed }: Installation,
  { kind, parameters }: Order,
): Promise<RenewalRun> {
  const log = pino({ level: 'silent' })
  const queue = isServed ? await openQueue(databaseUrl, log, { isWorker: false }) : null
  const runs = createRuns({
    db,
    queue: queue ?? { orderRun: async () => {} },
    events: { announceRun: () => {} },
    log,
  })
  try {
    return await runs.start(caller, kind, parameters ? { parameters } : {})
  } finally {
    runs.close()
    await queue?.close()
  }
}

/** Tells each item once, in the order in which they finished. */
async function follow(
  { db }: Installation,
  id: number,
  tell: (item: RenewalRunItem) => void,
): Promise<RenewalRun> {
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
    if (items.length === 0) await setTimeout(POLL_MS)
  }
}
