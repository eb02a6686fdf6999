/** Runs `inmor-export` beside the server, in a process of its own: a comparison of all files takes minutes of processor time. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, mkdirSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { FastifyBaseLogger } from 'fastify'
import { environmentWithoutMetrics } from '../config/shared.ts'
import { systemCode } from './start-error.ts'

/** Milliseconds after it has ended: the first wait, which doubles, and the longest. */
const RETRY = { first: 1_000, longest: 60_000 }

const program = fileURLToPath(import.meta.resolve('../export/main.ts'))

/** Starts it again whenever it ends, until the returned function is called. A folder that cannot be written is left to another. */
export function startExporter(folder: string, log: FastifyBaseLogger): () => Promise<void> {
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch (error) {
    log.info(
      { folder, code: systemCode(error) },
      'The folder of the export is only read, as it cannot be written',
    )
    return async () => {}
  }
  const stopped = new AbortController()
  let child: ChildProcess | undefined
  /** Resolves with why it ended, or could not be started. */
  const run = async (): Promise<object> => {
    try {
      child = fork(program, [...process.argv.slice(2), '--', folder], {
        execArgv: ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=16'],
        env: environmentWithoutMetrics(),
      })
      const [code, signal] = await once(child, 'exit')
      return { code, signal }
    } catch (err) {
      return { err }
    }
  }
  const ended = keep()

  async function keep(): Promise<void> {
    for (let retry = RETRY.first; !stopped.signal.aborted; ) {
      const started = performance.now()
      const why = await run()
      if (stopped.signal.aborted) return
      if (performance.now() - started > RETRY.longest) retry = RETRY.first
      log.error(why, 'The process that writes the export has ended. It is started again.')
      await setTimeout(retry, undefined, { signal: stopped.signal }).catch(() => undefined)
      retry = Math.min(retry * 2, RETRY.longest)
    }
  }

  return async () => {
    stopped.abort()
    if (child?.connected) child.disconnect()
    await ended
  }
}
