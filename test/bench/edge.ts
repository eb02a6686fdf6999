/** Measures nginx that sends the files of an export, beside nginx with a fixed text, bare `node:http` and our server. */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startBare } from './bare.ts'
import { number, type Part, type Say, section } from './document.ts'
import { ask, buildRequests, type Endpoint, endpoints, type Request } from './endpoint.ts'
import { prepareStore, type Store, serve } from './federation.ts'
import { startExport } from './files.ts'
import { startConfigured, startEdge } from './nginx.ts'
import { measure } from './wrk.ts'

const SECONDS = 3
/** Headers that nginx sends anyway, or for a file only. */
const ofNginx = [
  'server',
  'date',
  'content-type',
  'content-length',
  'connection',
  'last-modified',
  'accept-ranges',
]
const ready = '/.well-known/openid-federation'
const measured = endpoints.filter(({ key = '' }) =>
  ['entity_configuration', 'fetch', 'trust_mark'].includes(key),
)

export const edgePart: Part = {
  name: 'edge',
  usual: [],
  async measure(effort, say) {
    const rows: string[][] = []
    for (const size of { quick: [100, 10_000], full: [100, 10_000, 1_000_000] }[effort]) {
      const store = await prepareStore(size)
      const folder = await mkdtemp(join(tmpdir(), 'files-'))
      await chmod(folder, 0o755) // nginx is another user
      await (await startExport(store, folder)).end()
      say(`${size} members are exported.`)
      rows.push(...(await measureRequests(store, folder, size, say)))
      await Promise.all([store.close(), rm(folder, { recursive: true })])
    }
    const head = [
      '',
      'members',
      'a file by nginx',
      'nginx with a fixed text',
      'share',
      'bare `node:http`',
      'ta',
    ]
    const text =
      'Microseconds of processor time for one request about any of up to 100 000 members. The share compares the two of nginx.'
    return [section('Files by nginx', text, head, rows)]
  },
}

async function measureRequests(store: Store, folder: string, size: number, say: Say): Promise<string[][]> {
  const [ta, files, bare] = [await serve(store), await startEdge(folder), await startBare()]
  const rows: string[][] = []
  for (const endpoint of measured) {
    const requests = buildRequests(endpoint, store.filled.any)
    const fixed = await startFixed(files.url, endpoint, requests)
    await bare.imitate(ta.url, endpoint, requests)
    const times: number[] = []
    for (const server of [files, fixed, bare, ta])
      times.push((await measure({ ...server, requests }, SECONDS)).processor)
    await fixed.end()
    const [ofFiles, ofFixed, ...others] = times.map((each) => each.toFixed(1))
    const share = ((times[1] ?? 0) / (times[0] ?? 0)).toFixed(2)
    rows.push([endpoint.name, number(size), ofFiles ?? '', ofFixed ?? '', share, ...others])
    say(`${endpoint.name} of ${size} members is sent by nginx.`)
  }
  await Promise.all([ta.end(), files.end(), bare.end()])
  return rows
}

/** nginx that sends one of the files to each request, from its configuration. */
async function startFixed(from: string, { name }: Endpoint, [request]: readonly Request[]) {
  if (!request) throw new Error(`${name} has no request`)
  const { body, headers } = await ask(from, request)
  const added = Object.entries(headers).filter(([header]) => !ofNginx.includes(header))
  const lines = added.map(([header, value]) => `add_header ${header} "${value}";`).join(' ')
  const type = `default_type "${headers['content-type']}";`
  const location = `location / { ${lines} return 200 "${body}"; }`
  return startConfigured(`${type} server { listen 127.0.0.1:$PORT; ${location} }`, ready)
}
