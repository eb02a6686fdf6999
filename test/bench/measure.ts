/** Puts load on a server from this process, and measures its performance. */
import autocannon, { type Request } from 'autocannon'
import type { MeasuredProgram } from './program.ts'

export type Load = { server: Pick<MeasuredProgram, 'usage'>; url: string; requests: Request[] }

export type Rate = {
  perSecond: number
  /** Milliseconds within which 99 of 100 requests were answered. */
  p99: number
  /** Microseconds of the server's processor time per request, nearly independent of other load. */
  processor: number
}

const CONNECTIONS = 32

/** Requests to warm up code and caches. */
const WARM_UP = 5_000

/** @throws Error when an answer is not 2xx: the rate of failures is irrelevant */
export async function measure({ server, url, requests }: Load, seconds: number): Promise<Rate> {
  const load = { url, requests, connections: CONNECTIONS }
  await autocannon({ ...load, amount: WARM_UP })
  const before = await server.usage()
  const result = await autocannon({ ...load, duration: seconds })
  const after = await server.usage()
  const failed = result.non2xx + result.errors
  if (failed > 0) throw new Error(`${failed} of the requests to ${url}${requests[0]?.path} failed`)
  return {
    perSecond: result['2xx'] / result.duration,
    p99: result.latency.p99,
    processor: (after.processor - before.processor) / result['2xx'],
  }
}

/** Measures two servers alternately, so other load affects both; uses the best round of each. */
export async function compare(
  first: Load,
  second: Load,
  { seconds, rounds }: { seconds: number; rounds: number },
): Promise<[Rate, Rate]> {
  const measured: [Rate, Rate][] = []
  for (let round = 0; round < rounds; round++) {
    measured.push([await measure(first, seconds), await measure(second, seconds)])
  }
  const best = (of: 0 | 1) =>
    measured.map((pair) => pair[of]).reduce((a, b) => (b.processor < a.processor ? b : a))
  return [best(0), best(1)]
}
