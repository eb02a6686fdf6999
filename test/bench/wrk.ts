/** Puts load on a server with `wrk` (Debian package of the same name), and measures its performance. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Request } from './endpoint.ts'
import type { Usage } from './program.ts'

export type Target = {
  url: string
  requests: readonly Request[]
  /** `each`: one after another, so that each is a first one; from the beginning again only after all. */
  order?: 'random' | 'each'
  /** Of the generator; 1 by default. */
  threads?: number
  /** 32 by default. */
  connections?: number
}

export type Outcome = {
  /** Requests that were answered with 2xx, and all others. */
  answered: number
  failed: number
  perSecond: number
  /** Milliseconds within which 50 and 99 of 100 requests were answered. */
  p50: number
  p99: number
}

export type Rate = Pick<Outcome, 'perSecond' | 'p50' | 'p99'> & {
  /** Microseconds of the server's processor time per request, nearly independent of other load. */
  processor: number
}

export const CONNECTIONS = 32
const SCRIPT = fileURLToPath(new URL('wrk.lua', import.meta.url))

/** The seconds are whole. */
export async function sendRequests(
  { url, requests, order = 'random', threads = 1, connections = CONNECTIONS }: Target,
  seconds: number,
): Promise<Outcome> {
  const directory = await mkdtemp(join(tmpdir(), 'wrk-'))
  const file = join(directory, 'requests')
  await writeFile(file, requests.map((request) => formatRequest(new URL(url).host, request)).join('\0'))
  // A request that takes longer than the measurement has not failed.
  const limits = ['--threads', String(threads), '--duration', `${seconds}s`, '--timeout', `${seconds + 30}s`]
  const args = [...limits, '--connections', String(connections), '--script', SCRIPT, url, '--', file, order]
  try {
    const { stdout } = await promisify(execFile)('wrk', args, { timeout: (seconds + 30) * 1000 })
    return JSON.parse(stdout.slice(stdout.lastIndexOf('{'))) as Outcome // what wrk.lua prints last
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string } // as execFile rejects
    const why = code === 'ENOENT' ? 'It is not installed (apt-get install wrk).' : (stdout || stderr)?.trim()
    throw new Error(`wrk failed: ${why}`, { cause: error })
  } finally {
    await rm(directory, { recursive: true })
  }
}

function formatRequest(host: string, { method, path, headers, body = '' }: Request): string {
  const length = body ? { 'content-length': String(Buffer.byteLength(body)) } : {}
  const lines = Object.entries({ host, ...headers, ...length }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`
}

export type Load = Target & { usage(): Promise<Pick<Usage, 'processor'>> }

/** After a second that warms up code and caches, unless each request is a first one. @throws Error when an answer is not 2xx: the rate of failures is irrelevant */
export async function measure(load: Load, seconds: number, send = sendRequests): Promise<Rate> {
  if (load.order !== 'each') await send(load, 1)
  const before = await load.usage()
  const { answered, failed, perSecond, p50, p99 } = await send(load, seconds)
  const after = await load.usage()
  const asked = `${load.url}${load.requests[0]?.path}`
  if (failed > 0) throw new Error(`${failed} of the requests to ${asked} failed`)
  if (answered === 0) throw new Error(`no request to ${asked} was answered within ${seconds} s`)
  return { perSecond, p50, p99, processor: (after.processor - before.processor) / answered }
}

/** Does the work for each item in alternating rounds, so that other load affects all. Returns the results of each item. */
export async function alternate<Item, Result>(
  items: readonly Item[],
  rounds: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[][]> {
  const results = items.map((): Result[] => [])
  for (let round = 0; round < rounds; round++) {
    for (const [at, item] of items.entries()) results[at]?.push(await work(item))
  }
  return results
}

/** The best figures of some rounds: those that other load disturbed least. */
export const best = (rates: readonly Rate[] = []): Rate => ({
  perSecond: Math.max(...rates.map(({ perSecond }) => perSecond)),
  p50: Math.min(...rates.map(({ p50 }) => p50)),
  p99: Math.min(...rates.map(({ p99 }) => p99)),
  processor: Math.min(...rates.map(({ processor }) => processor)),
})
