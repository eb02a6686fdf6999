/** Compares the public endpoints with a bare server that sends the same bytes, for several numbers of subordinates. */
import { startBare } from './bare.ts'
import { megabytes, number, type Part, type Say, section, table } from './document.ts'
import { buildRequests, type Endpoint, endpoints, type Request } from './endpoint.ts'
import { MAIN_SIZE, prepareStore, serve } from './federation.ts'
import { startNginx } from './nginx.ts'
import { alternate, best, measure, type Rate } from './wrk.ts'

type Result = {
  endpoint: Endpoint
  subordinates: number
  ours: Rate
  bare: Rate
  /** Compares processor time, which is nearly independent of other load. */
  share: number
  /** Bytes of one answer, and of memory afterwards. */
  bytes: number
  memory: number
}

export const publicPart: Part = {
  name: 'public',
  usual: ['quick', 'full'],
  async measure(effort, say) {
    const sizes = { quick: [100, MAIN_SIZE], full: [100, MAIN_SIZE, 100_000] }[effort]
    const results = []
    for (const size of sizes) results.push(...(await measureSize(size, effort === 'quick' ? 1 : 3, say)))
    const main = results.filter(({ subordinates }) => subordinates === MAIN_SIZE)
    const ours = results.filter(({ endpoint }) => endpoint.aim > 0) // nginx is measured with one size
    const byName = [...Map.groupBy(ours, ({ endpoint }) => endpoint.name)]
    return [
      {
        title: `Public endpoints, ${number(MAIN_SIZE)} subordinates`,
        body: [endpointTable(main), shortfalls(main)].join('\n\n'),
      },
      section(
        'Growth of the public endpoints',
        'Microseconds of processor time for one request.',
        ['', ...sizes.map((size) => `${number(size)} subordinates`)],
        byName.map(([name, measured]) => [name, ...measured.map(({ ours }) => number(ours.processor))]),
      ),
    ]
  },
}

/** Takes as many rounds as seconds. */
async function measureSize(subordinates: number, seconds: number, say: Say): Promise<Result[]> {
  const [bare, store] = [await startBare(), await prepareStore(subordinates)]
  const server = await serve(store)
  const results: Result[] = []
  for (const endpoint of endpoints) {
    const requests = buildRequests(endpoint, store.filled.popular)
    const bytes = await bare.imitate(server.url, endpoint, requests)
    const rates = await alternate([server, bare], seconds, ({ url, usage }) =>
      measure({ url, usage, requests }, seconds),
    )
    const [ours, theirs] = [best(rates[0]), best(rates[1])]
    const share = theirs.processor / ours.processor
    const { memory } = await server.usage()
    results.push({ endpoint, subordinates, ours, bare: theirs, share, bytes, memory })
    if (endpoint.key === 'entity_configuration' && subordinates === MAIN_SIZE)
      results.push(...(await measureLimit(server.url, endpoint, requests, theirs, bytes, seconds)))
    say(`${endpoint.name}, ${subordinates}: ${share.toFixed(2)} of bare, p99 ${number(ours.p99)} ms`)
  }
  await Promise.all([bare.end(), server.end(), store.close()])
  return results
}

/** No result if nginx is not installed. */
async function measureLimit(
  url: string,
  endpoint: Endpoint,
  requests: Request[],
  bare: Rate,
  bytes: number,
  seconds: number,
): Promise<Result[]> {
  const nginx = await startNginx(url, endpoint, requests)
  if (!nginx) return []
  const ours = await measure({ ...nginx, requests }, seconds)
  const { memory } = await nginx.usage()
  await nginx.end()
  const limit = { ...endpoint, name: `${endpoint.name}, a file by nginx`, aim: 0 }
  return [
    {
      endpoint: limit,
      subordinates: MAIN_SIZE,
      ours,
      bare,
      share: bare.processor / ours.processor,
      bytes,
      memory,
    },
  ]
}

function endpointTable(results: readonly Result[]): string {
  const rows = results.map(({ endpoint, share, ours, bare, bytes, memory }) => [
    endpoint.name,
    endpoint.aim === 0 ? '' : endpoint.aim.toFixed(2),
    share.toFixed(2),
    ...[ours.perSecond, bare.perSecond].map(number),
    `${number(ours.p99)} ms`,
    number(bytes),
    megabytes(memory),
  ])
  return table(['', 'aim', 'share', 'requests/s', 'bare/s', 'p99', 'bytes', 'memory'], rows)
}

function shortfalls(results: readonly Result[]): string {
  const short = results.filter(({ share, endpoint }) => share < endpoint.aim)
  if (short.length === 0) return 'Every endpoint reaches its aim.'
  const lines = short.map(({ endpoint }) => `- ${endpoint.name}: also ${endpoint.beyond}.`)
  return ['Below their aims, because the server does more than send bytes:', '', ...lines].join('\n')
}
