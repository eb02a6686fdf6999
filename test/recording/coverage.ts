/** Which functions of the product this process executes, counted by V8, and how the programs that it starts note theirs. */
import { ChildProcess } from 'node:child_process'
import { Session } from 'node:inspector'
import { fileURLToPath } from 'node:url'

/** For each file of the product, where the functions start that were executed. A module itself starts at 0. */
export type Executed = Record<string, number[]>

const root = new URL('../..', import.meta.url).href
const ours = /^(federation|prisma|server|web)\/(?!node_modules|generated)/
let session: Session | undefined

/**
 * Starts to count. Code that was loaded before is not counted.
 * @param isEach whether `takeExecuted` has the functions executed since the last call; else those not taken before, which
 * lets V8 optimize the others
 */
export function startCounting({ isEach }: { isEach: boolean }): void {
  if (session) return
  session = new Session()
  session.connect()
  session.post('Profiler.enable')
  session.post('Profiler.startPreciseCoverage', { callCount: isEach, detailed: false })
}

export function takeExecuted(): Executed {
  const executed: Executed = {}
  // A session to the own process answers before `post` returns.
  session?.post('Profiler.takePreciseCoverage', (error, taken) => {
    if (error) throw error
    for (const { url, functions } of taken.result) {
      const path = url.startsWith(root) ? url.slice(root.length) : ''
      if (!ours.test(path)) continue
      const starts = functions.flatMap(({ ranges: [range] }) => (range?.count ? [range.startOffset] : []))
      if (starts.length > 0) executed[path] = [...new Set(starts)]
    }
  })
  return executed
}

const program = fileURLToPath(new URL('program.mjs', import.meta.url))

/** Programs started from now on, and theirs, write what they execute into the folder. */
export function countInPrograms(folderOf: () => string): void {
  // Each way to start a process, but those that block, ends here.
  const { spawn } = ChildProcess.prototype as unknown as { spawn(options: { envPairs?: string[] }): unknown }
  Object.assign(ChildProcess.prototype, {
    spawn(options: { envPairs?: string[] }) {
      const kept = (options.envPairs ?? []).filter(
        (pair) => !/^(NODE_COMPILE_CACHE|RECORDING_FOLDER)=/.test(pair),
      )
      // Code from a cache is counted less exactly.
      const counting = [`NODE_OPTIONS=--disable-warning=ExperimentalWarning --import=${program}`]
      const envPairs = [...kept, ...counting, `RECORDING_FOLDER=${folderOf()}`]
      return spawn.call(this, { ...options, envPairs })
    },
  })
}
