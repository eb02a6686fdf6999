/** Compares the public endpoints of our server with those of other servers, on one machine and in one run. */
import { type Endpoint, endpoints } from '../endpoint.ts'
import { autocannon, findWrk, type Generator } from '../generator.ts'
import { alternate, measure, type Rate } from '../measure.ts'
import { ask, type Request } from '../request.ts'
import { type Contender, messageOf, startContenders } from './contender.ts'
import { readDescriptions } from './description.ts'
import { readProcessorTime } from './processor.ts'

export type Effort = { members: number; seconds: number; rounds: number }

export type Measured = Pick<Rate, 'perSecond' | 'processor'> & { bytes: number }
/** `-`: the server lacks the endpoint. */
export type Cell = Measured | 'failed' | '-'

export type Comparison = Effort & {
  generator: string
  columns: readonly Pick<Contender, 'title' | 'peer'>[]
  rows: { name: string; cells: Cell[] }[]
  /** A sentence each. */
  failures: readonly string[]
}

type Run = Effort & { generator: Generator; onFailure: (sentence: string) => void }

/** Enough for two processes. */
const CONNECTIONS = 32

type Options = {
  /** Ends every process. */
  opened: AsyncDisposableStack
  say: (text: string) => void
  /** The fastest that is installed, if undefined. */
  generator?: Generator
}

/** @throws DescriptionError */
export async function comparePeers(
  directory: string,
  effort: Effort,
  { opened, say, generator }: Options,
): Promise<Comparison> {
  const descriptions = await readDescriptions(directory)
  const failures = new Set<string>()
  const onFailure = (sentence: string) => {
    if (opened.disposed) throw new Error('The comparison was interrupted.')
    if (!failures.has(sentence)) say(sentence)
    failures.add(sentence)
  }
  const used = generator ?? (await findWrk(CONNECTIONS)) ?? autocannon(CONNECTIONS)
  const contenders = await startContenders({ members: effort.members, descriptions }, opened, onFailure)
  const rows = []
  for (const endpoint of endpoints.filter(({ key }) => key !== undefined)) {
    const cells = await measureRow(endpoint, contenders, { ...effort, generator: used, onFailure })
    rows.push({ name: endpoint.name, cells })
    say(`${endpoint.name} is measured.`)
  }
  return { ...effort, generator: used.name, columns: contenders, rows, failures: [...failures] }
}

/** A server in one row. */
type Entry = { contender: Contender; requests: Request[]; bytes: number; cell?: Exclude<Cell, Measured> }

async function measureRow(
  endpoint: Endpoint,
  contenders: readonly Contender[],
  { seconds, rounds, generator, onFailure }: Run,
): Promise<Cell[]> {
  /** Does the work, or fails the server in this row. */
  async function attempt<Value>(entry: Entry, work: () => Promise<Value>): Promise<Value | undefined> {
    const { title, ending } = entry.contender
    try {
      return await work()
    } catch (error) {
      entry.cell = 'failed'
      onFailure(`${title}: ${ending?.() ?? `${endpoint.name}: ${messageOf(error)}`}`)
      return undefined
    }
  }

  const entries = contenders.map((contender): Entry => ({ contender, requests: [], bytes: 0 }))
  for (const entry of entries)
    await attempt(entry, async () => {
      const requests = await entry.contender.prepare(endpoint)
      if (requests) Object.assign(entry, { requests, bytes: await check(entry.contender, requests) })
      else entry.cell = '-'
    })
  const rates = await alternate(entries, rounds, async (entry) => {
    if (entry.cell) return undefined
    const { contender, requests } = entry
    const server = { usage: async () => ({ processor: await readProcessorTime(contender.pid) }) }
    return attempt(entry, () => measure({ server, url: contender.url, requests }, seconds, generator))
  })
  return entries.map(({ cell, bytes }, at) => cell ?? { ...chooseBest(rates[at] ?? []), bytes })
}

/** Asks each request once: an answer other than 2xx must not look fast. Returns the bytes of the first answer. */
async function check({ url }: Contender, requests: readonly Request[]): Promise<number> {
  const lengths = []
  for (const request of requests) lengths.push((await ask(url, request)).body.length)
  return lengths[0] ?? 0
}

function chooseBest(rounds: readonly (Rate | undefined)[]): Pick<Rate, 'perSecond' | 'processor'> {
  const rates = rounds.flatMap((rate) => rate ?? [])
  return {
    perSecond: Math.max(...rates.map(({ perSecond }) => perSecond)),
    processor: Math.min(...rates.map(({ processor }) => processor)),
  }
}
