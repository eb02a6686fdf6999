/** Follows a run until its end: each item is written as it ends. */
import { setTimeout } from 'node:timers/promises'
import { type Answer, type Api, type Data, dataOf } from './api.ts'
import { FOLLOW } from './documents.ts'
import { exitCodes, Failure } from './failure.ts'
import { type OutputOptions, write, writeJson } from './output.ts'

type Run = {
  id: string
  state: string
  done: number
  failed: number
  error: string | null
  endedAt: string | null
}
type Item = {
  resource: string
  ok: boolean | null
  skipped: boolean
  message: string | null
  sequence: number | null
}
type Progress = { run: Run; item: Item | null }

/** Connections that may break one after the other without news. */
const PATIENCE = 5
const PAUSE_MS = 1_000
/** A killed worker counts as alive for half a minute, in which no other one takes the run. */
const QUEUED_MS = 60_000

/** @throws Failure if the run, or an item of it, fails */
export async function follow(api: Api, runId: string, options: OutputOptions): Promise<void> {
  await api.work()
  let after: number | undefined
  let broken = 0
  for (let run: Run | undefined; !run?.endedAt; ) {
    const events = api.follow(FOLLOW, { runId, ...(after === undefined ? {} : { after }) })
    try {
      for await (const answer of whileTaken(events, () => run?.state !== 'QUEUED')) {
        const progress = dataOf(answer).runProgress as Progress // as asked for
        broken = 0
        run = progress.run
        after = progress.item?.sequence ?? after
        if (progress.item) await writeItem(progress.item, options)
      }
    } catch (error) {
      const isBroken = !(error instanceof Failure) || error.exitCode === exitCodes.unreachable
      if (!isBroken || (run === undefined && broken === 0)) throw error
    }
    if (run?.endedAt) return end(run, options)
    broken += 1
    if (broken > PATIENCE)
      throw new Failure('The stream of the run ends again and again.', exitCodes.unreachable)
    await setTimeout(PAUSE_MS)
  }
}

/** @throws Failure if the run waits and waits */
async function* whileTaken(events: AsyncIterable<Answer>, isTaken: () => boolean): AsyncGenerator<Answer> {
  const iterator = events[Symbol.asyncIterator]()
  for (;;) {
    const next = iterator.next()
    const found = await (isTaken() ? next : Promise.race([next, setTimeout(QUEUED_MS, null, { ref: false })]))
    if (!found) throw new Failure('No worker takes the run. Check that the admin server is running.')
    if (found.done) return
    yield found.value
  }
}

async function writeItem(item: Item, options: OutputOptions): Promise<void> {
  if (options.json) return writeJson(item)
  const { resource, ok, skipped, message } = item
  const result = skipped ? 'SKIPPED' : ok ? 'OK' : 'FAILED'
  await write(`${resource} ... ${result}${message ? `: ${message}` : ''}\n`)
}

async function end(run: Run, options: OutputOptions): Promise<void> {
  const { state, done, failed, error } = run
  await (options.json ? writeJson(run as Data) : write(`${state}: ${done} done, ${failed} failed.\n`))
  if (state !== 'SUCCEEDED' || failed > 0) throw new Failure(error ?? `The run ended as ${state}.`)
}
