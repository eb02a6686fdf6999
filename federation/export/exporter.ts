/**
 * Keeps the folder of an export equal to what is published: compares all at the start and each hour, follows each change, and signs
 * the manifest after it and each minute.
 */
import { setTimeout } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import { compareAll, type Export } from './comparison.ts'
import { createCount } from './files.ts'
import { createPending } from './pending.ts'
import { createSteps } from './steps.ts'

/** Milliseconds between comparisons. */
const COMPARISON_MS = 3_600_000
/** Milliseconds after a failure: the first wait, which doubles, and the longest. */
const RETRY = { first: 1_000, longest: 60_000 }

/** Ends when the signal aborts. */
export async function follow(
  context: Export,
  { log, signal }: { log: FastifyBaseLogger; signal: AbortSignal },
): Promise<void> {
  const pending = createPending(Date.now)
  const steps = createSteps(context, pending, signal)
  /** Ends the wait after a failure: Redis is there again, or filled again. */
  let returned = new AbortController()
  const endWait = () => returned.abort()
  /** Since the start, or since the last failure. */
  let isCompared = false

  async function compare(): Promise<void> {
    const started = performance.now()
    const count = createCount()
    for await (const _ of compareAll({ ...context, count, between: steps.writeObjects })) {
      await steps.writeAll({ isComplete: isCompared })
    }
    pending.all.done()
    isCompared = true
    log.info({ ...count, milliseconds: Math.round(performance.now() - started) }, 'The export was compared')
  }

  async function wait(added: Promise<void>): Promise<void> {
    const timer = new AbortController()
    const pause = setTimeout(Math.max(1, steps.nextAt() - performance.now()), undefined, {
      ref: false,
      signal: timer.signal,
    })
    await Promise.race([added, pause.catch(() => undefined)])
    timer.abort()
  }

  signal.addEventListener('abort', pending.wake, { once: true })
  context.reader.onChange(pending.add)
  context.keyFiles.onChange(pending.addAll)
  context.redis.on('ready', endWait)
  context.reader.onChange(({ kind, isLoss }) => {
    if (kind === 'all' && !isLoss) endWait()
  })
  const timer = setInterval(pending.addAll, COMPARISON_MS).unref()
  for (let retry = RETRY.first; !signal.aborted; ) {
    const added = pending.added() // also what is added while this pass works
    try {
      if (pending.all.take()) await compare()
      await steps.writeAll({ isComplete: true })
      retry = RETRY.first
      await wait(added)
    } catch (err) {
      if (signal.aborted) break
      log.error({ err }, 'The export could not be written, and the files stay as they are')
      isCompared = false
      context.record.doubt()
      pending.addAll()
      steps.restart()
      returned = new AbortController()
      const ended = AbortSignal.any([signal, returned.signal])
      await setTimeout(retry, undefined, { signal: ended }).catch(() => undefined)
      retry = returned.signal.aborted ? RETRY.first : Math.min(retry * 2, RETRY.longest)
    }
  }
  context.redis.off('ready', endWait)
  clearInterval(timer)
}
