/** Generates load on a server: autocannon in this process, or the faster wrk in another. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import autocannonOf from 'autocannon'
import type { Request } from './request.ts'

export type Target = { url: string; requests: readonly Request[] }

export type Outcome = {
  /** Requests that were answered with 2xx, and all others. */
  answered: number
  failed: number
  perSecond: number
  /** Milliseconds within which 99 of 100 requests were answered. */
  p99: number
}

export type Generator = { name: string; run(target: Target, seconds: number): Promise<Outcome> }

export function autocannon(connections: number): Generator {
  return {
    name: `autocannon with ${connections} connections`,
    async run({ url, requests }, duration) {
      const sampleInt = Math.min(1, duration) * 1000 // it ends with a sample
      // Every connection would send a list in its order, and all connections the same request at a time.
      const setupRequest = (request: object) => ({ ...request, ...pickRandom(requests) })
      const result = await autocannonOf({
        url,
        requests: [{ setupRequest }],
        connections,
        duration,
        sampleInt,
      })
      return {
        answered: result['2xx'],
        failed: result.non2xx + result.errors,
        perSecond: result['2xx'] / result.duration,
        p99: result.latency.p99,
      }
    },
  }
}

function pickRandom(requests: readonly Request[]): Request | undefined {
  return requests[Math.floor(Math.random() * requests.length)]
}

/** Undefined if it is not installed. Its seconds are whole. */
export async function findWrk(connections: number): Promise<Generator | undefined> {
  const isMissing = await promisify(execFile)('wrk', ['-v']).then(
    () => false,
    ({ code }: { code?: unknown }) => code === 'ENOENT', // it ends with 1 after its version
  )
  if (isMissing) return undefined
  return {
    name: `wrk with ${connections} connections`,
    async run({ url, requests }, seconds) {
      const directory = await mkdtemp(join(tmpdir(), 'wrk-'))
      const script = join(directory, 'requests.lua')
      await writeFile(script, formatLua(requests))
      const duration = Math.ceil(seconds)
      // A request that takes longer than the measurement has not failed.
      const limits = ['--threads', '1', '--duration', `${duration}s`, '--timeout', `${duration + 30}s`]
      const args = [...limits, '--connections', String(connections), '--script', script, url]
      try {
        const { stdout } = await promisify(execFile)('wrk', args, { timeout: (duration + 30) * 1000 })
        return JSON.parse(stdout.slice(stdout.lastIndexOf('{'))) as Outcome // what `done` prints last
      } catch (error) {
        const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string } // as execFile rejects
        throw new Error(`wrk failed: ${(stdout || stderr).trim()}`, { cause: error })
      } finally {
        await rm(directory, { recursive: true })
      }
    },
  }
}

/** Sends the requests in random order, and prints the outcome as JSON. Strings of ASCII are the same in Lua and JSON. */
function formatLua(requests: readonly Request[]): string {
  const quote = (text: string) => JSON.stringify(text)
  const format = ({ method, path, headers = {}, body }: Request) => {
    const fields = Object.entries(headers).map(([name, value]) => `[${quote(name)}] = ${quote(value)}`)
    const rest = body === undefined ? '' : `, ${quote(body)}`
    return `  wrk.format(${quote(method)}, ${quote(path)}, { ${fields.join(', ')} }${rest}),`
  }
  return `local requests
function init()
  requests = {
${requests.map((request) => `  ${format(request)}`).join('\n')}
  }
end
function request()
  return requests[math.random(#requests)]
end
function done(summary, latency)
  local errors = summary.errors
  local failed = errors.status + errors.connect + errors.read + errors.write + errors.timeout
  local answered = summary.requests - errors.status
  io.write(string.format('{"answered":%d,"failed":%d,"perSecond":%f,"p99":%f}\\n',
    answered, failed, answered / summary.duration * 1e6, latency:percentile(99) / 1000))
end
`
}
