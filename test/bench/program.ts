/** Runs a measured program in a process of its own, which ends with this one, and reads from Linux what it uses. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** Microseconds of processor time since the start, and bytes of memory: now, and the most so far. */
export type Usage = { processor: number; memory: number; peak: number }
/** On the clock, and of processor time, which other work on the machine hardly changes. In seconds. */
export type Duration = { clock: number; processor: number }

export type Program = {
  pid: number
  /** What it printed when it was ready. */
  printed: RegExpExecArray
  /** Sends a message, and resolves with the reply. */
  ask(message: object | string): Promise<unknown>
  usage(): Promise<Usage>
  /** How long the work takes, and its result. */
  time<Result>(work: () => Promise<Result>): Promise<Duration & { result: Result }>
  end(): Promise<void>
}

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** What the first line of `inmor`, and that of the exporter, says, for those that are not started by it. */
export const ofFirstLine = { NODE_OPTIONS: '--max-semi-space-size=8' }
export const ofExporter = { NODE_OPTIONS: '--max-semi-space-size=16' }

/** Resolves when its output matches `ready`. The script is in this checkout, or in another one. */
export async function launch(
  script: string,
  ready: RegExp,
  environment: Record<string, string> = {},
  flags: readonly string[] = [],
  folder = fileURLToPath(new URL('../..', import.meta.url)),
): Promise<Program> {
  const child = fork(join(folder, script), {
    execArgv: ['--disable-warning=ExperimentalWarning', ...flags],
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  running.add(child)
  const ended = once(child, 'exit').then(() => running.delete(child))
  const pid = Number(child.pid)
  const usage = () => usageOf([pid])
  return {
    pid,
    printed: await printed(child.stdout, ready),
    usage,
    async ask(message) {
      const answer = once(child, 'message')
      child.send(message)
      const failed = ended.then(() => Promise.reject(new Error(`${script} ended`)))
      const [value] = await Promise.race([answer, failed])
      return value
    },
    async time(work) {
      const [before, begun] = [await usage(), performance.now()]
      const result = await work()
      const clock = (performance.now() - begun) / 1000
      return { clock, processor: ((await usage()).processor - before.processor) / 1e6, result }
    },
    async end() {
      if (running.has(child)) child.kill('SIGKILL')
      await ended
    },
  }
}

/** Reads the output of a program until it matches. */
export async function printed(stdout: Readable | null, pattern: RegExp): Promise<RegExpExecArray> {
  let output = ''
  for await (const text of stdout?.setEncoding('utf8').iterator({ destroyOnReturn: false }) ?? []) {
    output += text
    const match = pattern.exec(output)
    if (!match) continue
    stdout?.resume()
    return match
  }
  throw new Error(`The program ended:\n${output}`)
}

/** Linux counts processor time in hundredths of a second. */
const TICK = 10_000

/** Of all these processes; of those that have ended, nothing counts. */
export async function usageOf(pids: readonly number[]): Promise<Usage> {
  const total = { processor: 0, memory: 0, peak: 0 }
  for (const pid of pids) {
    const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')
    const status = await read('status')
    const bytes = (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024
    // After the name of the program, which may contain spaces, fields 12 and 13 are user and system time.
    const [user = 0, system = 0] = (await read('stat')).split(') ').at(-1)?.split(' ').slice(11, 13) ?? []
    total.processor += (Number(user) + Number(system)) * TICK
    total.memory += bytes('VmRSS')
    total.peak += bytes('VmHWM')
  }
  return total
}

/** Asks again and again, for ten minutes at most. */
export async function until(isSo: () => Promise<boolean>, pause = 20): Promise<void> {
  const end = performance.now() + 600_000
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error('nothing happened within ten minutes')
    await setTimeout(pause)
  }
}

export const duration = ({ clock, processor }: Duration) =>
  `${clock.toFixed(1)} s, ${processor.toFixed(1)} s of processor time`
