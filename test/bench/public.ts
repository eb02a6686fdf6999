/** Compares the public endpoints with a bare server that sends the same bytes, for several numbers of subordinates. */
import { startAnchor } from './anchor.ts'
import { startBare } from './bare.ts'
import { buildRequests, type Endpoint, endpoints } from './endpoint.ts'
import { alternate, measure, type Rate } from './measure.ts'

export type PublicResult = {
  endpoint: Endpoint
  subordinates: number
  ours: Rate
  bare: Rate
  /** Bytes of one answer, and of memory afterwards. */
  bytes: number
  memory: number
}

export type Effort = { sizes: readonly number[]; seconds: number; rounds: number }

export async function measurePublic(
  effort: Effort,
  report: (result: PublicResult) => void,
): Promise<PublicResult[]> {
  const bare = await startBare()
  const results: PublicResult[] = []
  for (const subordinates of effort.sizes) {
    const anchor = await startAnchor(subordinates)
    for (const endpoint of endpoints) {
      const requests = buildRequests(endpoint, anchor.filled)
      const bytes = await bare.imitate(anchor.url, endpoint, requests)
      const [ours, theirs] = await alternate([anchor, bare], effort.rounds, (server) =>
        measure({ server, url: server.url, requests }, effort.seconds),
      )
      const { memory } = await anchor.usage()
      const result = { endpoint, subordinates, ours: best(ours), bare: best(theirs), bytes, memory }
      results.push(result)
      report(result)
    }
    await anchor.close()
  }
  await bare.end()
  return results
}

/** The round that other load disturbed least. */
const best = (rates: readonly Rate[]) => rates.reduce((a, b) => (b.processor < a.processor ? b : a))
