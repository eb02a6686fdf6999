/** Measures `npm start` on an installed clone: how long it takes, and how much memory it holds. Needs Linux. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '#test/helpers/port.ts'

export type StartMeasure = {
  /** Seconds from `npm start` until everything serves. */
  seconds: number
  /** Seconds of processor time until then, of all its processes but npm. */
  processor: number
  /** Bytes of resident memory when everything serves, and the most until then, of all its processes but npm. */
  memory: number
  peak: number
  /** The same after a minute without a request. */
  atRest: number
}

/** The first start creates the database; the second finds it. */
export type EmbeddedMeasure = { first: StartMeasure; second: StartMeasure }

const root = fileURLToPath(new URL('../..', import.meta.url))
const REST_MS = 60_000
const SERVING = /Press Ctrl-C to stop/
/** The kernel's unit of processor time, the same on every Linux architecture. */
const TICKS_PER_SECOND = 100

export async function measureEmbedded(): Promise<EmbeddedMeasure> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-embedded-'))
  try {
    const environment = {
      DATA_DIR: join(directory, 'data'),
      ADMIN_PORT: String(await freePort()),
      FEDERATION_PORT: String(await freePort()),
    }
    return { first: await measureStart(environment), second: await measureStart(environment) }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function measureStart(environment: Record<string, string>): Promise<StartMeasure> {
  const { PATH, HOME } = process.env
  const begun = performance.now()
  const npm = spawn('npm', ['start'], {
    cwd: root,
    env: { PATH, HOME, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(npm, 'exit')
  try {
    let output = ''
    for await (const text of npm.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
      output += text
      if (SERVING.test(output)) break
    }
    if (!SERVING.test(output)) throw new Error(`npm start ended:\n${output}`)
    const seconds = (performance.now() - begun) / 1000
    npm.stdout.resume()
    const { processor, memory, peak } = await usageBelow(Number(npm.pid))
    await setTimeout(REST_MS)
    return { seconds, processor, memory, peak, atRest: (await usageBelow(Number(npm.pid))).memory }
  } finally {
    npm.kill('SIGTERM')
    await ended
  }
}

type Usage = Pick<StartMeasure, 'processor' | 'memory' | 'peak'>

/** Of all descendants of a process; of those that have ended, nothing counts. */
async function usageBelow(pid: number): Promise<Usage> {
  const usages = await Promise.all(
    (await childrenOf(pid)).map(async (child) => [await usageOf(child), await usageBelow(child)]),
  )
  const total = { processor: 0, memory: 0, peak: 0 }
  for (const { processor, memory, peak } of usages.flat()) {
    total.processor += processor
    total.memory += memory
    total.peak += peak
  }
  return total
}

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return text.split(' ').filter(Boolean).map(Number)
}

async function usageOf(pid: number): Promise<Usage> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024
  // After the name of the program, which may contain spaces, fields 12 and 13 are user and system time.
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ').at(-1)?.split(' ') ?? []
  const processor = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
  return { processor, memory: bytes('VmRSS'), peak: bytes('VmHWM') }
}
