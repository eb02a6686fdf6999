/**
 * Compares requests about any member with those about popular ones, and with first requests, which find nothing in memory.
 * With `--beside` another checkout is measured in the same run.
 */
import { descendants } from '#test/helpers/program.ts'
import { megabytes, number, type Part, type Say, section } from './document.ts'
import { buildRequests, differs, type Endpoint, endpoints, type Request } from './endpoint.ts'
import { MAIN_SIZE, prepareStore, type Store, serve } from './federation.ts'
import { usageOf } from './program.ts'
import { alternate, best, measure, type Rate, sendRequests } from './wrk.ts'

/** Enough members that none is asked for twice in the time of a measurement. */
const MANY = 100_000
/** Those with whom the code of a first request is warmed up. */
const FOR_WARMTH = 40_000
const AGAIN_SECONDS = 2
/** Members that are asked for in a second. */
const PART = 2_500

type Contender = Awaited<ReturnType<typeof startContender>>

export const anyPart: Part = {
  name: 'any',
  usual: ['quick', 'full'],
  async measure(effort, say, { beside }) {
    const seconds = { quick: 1, full: 3 }[effort]
    const measured = endpoints.filter((endpoint) => endpoint.key !== undefined && differs(endpoint))
    const store = await prepareStore(MAIN_SIZE)
    const contenders = [await startContender(store, 'this', 1), await startContender(store, 'this', 2)]
    if (beside) contenders.push(await startContender(store, 'before', 1, beside))
    const rows: string[][] = []
    for (const endpoint of measured) rows.push(...(await compare(endpoint, contenders, store, seconds, say)))
    const memory = await Promise.all(
      contenders.map(async ({ title, usage }) => [title, (await usage()).memory]),
    )
    await Promise.all([...contenders.map(({ end }) => end()), store.close()])
    const firsts = await measureFirst(measured, beside, say)
    const about = memory.map(([title, bytes]) => `${title}: ${megabytes(Number(bytes))}`).join(', ')
    return [
      section(
        `Any of ${number(MAIN_SIZE)} members`,
        `Random members of all, and of ${store.filled.popular.subjects.length} popular ones. Memory afterwards: ${about}.`,
        [
          '',
          'server',
          'popular/s',
          'any/s',
          'any / popular',
          'popular, processor',
          'any, processor',
          'any, p99',
        ],
        rows,
      ),
      section(
        'First requests',
        `Processor time of a request about a member that was not asked for before, of ${number(MANY)}, and again.`,
        ['', 'server', 'first', 'again', 'first / again', 'first/s', 'again/s'],
        firsts,
      ),
    ]
  },
}

async function startContender(store: Store, title: string, processes: number, folder?: string) {
  const server = await serve(store, processes, folder)
  const usage = async () => usageOf([server.pid, ...(await descendants(server.pid))])
  const name = processes === 1 ? title : `${title}, ${processes} processes`
  return { ...server, usage, title: name, threads: processes }
}

/** Asks for each member as often as it takes until an answer is repeated. */
async function warmUp(url: string, requests: readonly Request[]): Promise<void> {
  for (let at = 0; at < requests.length; at += PART) {
    const part = requests.slice(at, at + PART)
    for (let answered = 0; answered < part.length * 3; )
      answered += (await sendRequests({ url, requests: part, order: 'each' }, 1)).answered
  }
}

async function compare(
  endpoint: Endpoint,
  contenders: readonly Contender[],
  { filled }: Store,
  seconds: number,
  say: Say,
): Promise<string[][]> {
  const samples = [filled.popular, filled.any].map((sample) => buildRequests(endpoint, sample))
  for (const { url } of contenders) await warmUp(url, samples[1] ?? [])
  const rates = await alternate(contenders, seconds, async (contender) => {
    const of: Rate[] = []
    for (const requests of samples) of.push(await measure({ ...contender, requests }, seconds))
    return of
  })
  say(`${endpoint.name} is measured for any member.`)
  return contenders.map(({ title }, at) => {
    const [popular, any] = [0, 1].map((sample) => best(rates[at]?.flatMap((each) => each[sample] ?? []))) as [
      Rate,
      Rate,
    ]
    return [
      endpoint.name,
      title,
      ...[popular.perSecond, any.perSecond].map(number),
      (any.perSecond / popular.perSecond).toFixed(2),
      ...[popular.processor, any.processor].map((each) => `${number(each)} µs`),
      `${number(any.p99)} ms`,
    ]
  })
}

async function measureFirst(measured: readonly Endpoint[], beside: string | undefined, say: Say) {
  const store = await prepareStore(MANY)
  const rows: string[][] = []
  for (const endpoint of measured) {
    const requests = buildRequests(endpoint, store.filled.any)
    const popular = buildRequests(endpoint, store.filled.popular)
    for (const [title, folder] of [['this'], ['before', beside]] as const) {
      if (title === 'before' && !beside) continue
      const server = await startContender(store, title, 1, folder)
      await measure({ ...server, requests: popular }, 1)
      await sendRequests({ ...server, requests: requests.slice(0, FOR_WARMTH), order: 'each' }, 1)
      const first = await measure({ ...server, requests: requests.slice(FOR_WARMTH), order: 'each' }, 1)
      const again = await measure({ ...server, requests: popular }, AGAIN_SECONDS)
      await server.end()
      rows.push([
        endpoint.name,
        title,
        ...[first, again].map(({ processor }) => `${number(processor)} µs`),
        (first.processor / again.processor).toFixed(2),
        ...[first, again].map(({ perSecond }) => number(perSecond)),
      ])
    }
    say(`First requests of ${endpoint.name} are measured.`)
  }
  await store.close()
  return rows
}
