/** Puts load on a server and measures its performance. */
import { autocannon, type Generator, type Target } from './generator.ts'
import type { Usage } from './probe.ts'

export type Load = Target & { server: { usage(): Promise<Pick<Usage, 'processor'>> } }

export type Rate = {
  perSecond: number
  /** Milliseconds within which 99 of 100 requests were answered. */
  p99: number
  /** Microseconds of the server's processor time per request, nearly independent of other load. */
  processor: number
}

/** Requests to warm up code and caches, and the seconds of one part of them. */
const WARM_UP = 5_000
const WARM_UP_PART = 0.2

const fromHere = autocannon(32)

/** @throws Error when an answer is not 2xx: the rate of failures is irrelevant */
export async function measure(load: Load, seconds: number, generator: Generator = fromHere): Promise<Rate> {
  const { server, url, requests } = load
  await warmUp(load, seconds, generator)
  const before = await server.usage()
  const { answered, failed, perSecond, p99 } = await generator.run(load, seconds)
  const after = await server.usage()
  const asked = `${url}${requests[0]?.path}`
  if (failed > 0) throw new Error(`${failed} of the requests to ${asked} failed`)
  if (answered === 0) throw new Error(`no request to ${asked} was answered within ${seconds} s`)
  return { perSecond, p99, processor: (after.processor - before.processor) / answered }
}

/** Slow servers answer fewer requests, in the time of the measurement. */
async function warmUp(load: Load, seconds: number, generator: Generator): Promise<void> {
  const end = performance.now() + seconds * 1000
  for (let answered = 0; answered < WARM_UP && performance.now() < end; ) {
    answered += (await generator.run(load, Math.min(WARM_UP_PART, seconds))).answered
  }
}

/** Does the work for each item in alternating rounds, so that other load affects all. Returns the results of each item. */
export async function alternate<const Items extends readonly unknown[], Result>(
  items: Items,
  rounds: number,
  work: (item: Items[number]) => Promise<Result>,
): Promise<{ [At in keyof Items]: Result[] }> {
  const results = items.map((): Result[] => [])
  for (let round = 0; round < rounds; round++) {
    for (const [at, item] of items.entries()) results[at]?.push(await work(item))
  }
  return results as { [At in keyof Items]: Result[] } // one for each item
}
