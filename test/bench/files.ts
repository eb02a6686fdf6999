/** Measures the export of what is published, and nginx that sends the files, beside nginx with a fixed text and our server. */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { run } from '#test/helpers/program.ts'
import { megabytes, number, type Part, type Say, section } from './document.ts'
import { ask, buildRequests, endpoints } from './endpoint.ts'
import { prepareStore, type Store, serve } from './federation.ts'
import { entityId } from './fill.ts'
import { isInstalled, startConfigured, startEdge } from './nginx.ts'
import { duration, ofExporter, ofFirstLine, usageOf } from './program.ts'
import { measure } from './wrk.ts'

const REST_SECONDS = 20
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

export const filesPart: Part = {
  name: 'files',
  usual: ['full'],
  async measure(effort, say) {
    const sizes = { quick: [100, 10_000], full: [100, 10_000, 100_000] }[effort]
    const [exports, mirrors, requests]: string[][][] = [[], [], []]
    for (const size of sizes) {
      const store = await prepareStore(size)
      const folder = await mkdtemp(join(tmpdir(), 'files-'))
      await chmod(folder, 0o755) // nginx is another user
      exports?.push([number(size), ...(await measureExport(store, folder))])
      say(`${size} members are exported.`)
      if (await isInstalled()) {
        mirrors?.push([number(size), ...(await measureMirror(folder))])
        say(`${size} members are mirrored.`)
        requests?.push(...(await measureRequests(store, folder, size, say)))
      }
      await Promise.all([store.close(), rm(folder, { recursive: true })])
    }
    const head = ['members', 'first export', 'comparison', 'at rest, of a core', 'memory']
    const columns = ['', 'members', 'a file by nginx', 'nginx with a fixed text', 'share', 'ta']
    return [
      section('Export of files', 'Each member has a statement and a Trust Mark.', head, exports ?? []),
      section(
        'Mirror of the files',
        'From nginx on the same machine; a comparison reads and hashes every file.',
        ['members', 'first copy', 'comparison', 'at rest with a look each second, of a core', 'memory'],
        mirrors ?? [],
      ),
      section(
        'Files by nginx',
        'Microseconds of processor time for one request about any member. The share compares the two of nginx.',
        columns,
        requests ?? [],
      ),
    ]
  },
}

async function measureExport({ redisUrl, keysDirectory }: Store, folder: string): Promise<string[]> {
  const environment = { ...ofExporter, TA_DOMAIN: entityId, REDIS_URL: redisUrl, KEYS_DIR: keysDirectory }
  const start = () => follow(run('federation/export/main.ts', [folder], { environment }), /was compared/)
  return measureTwice(start)
}

/** Twice, because the second time finds the files of the first one. */
async function measureTwice(start: () => ReturnType<typeof follow>): Promise<string[]> {
  const first = await start()
  await first.end()
  const second = await start()
  const before = await second.usage()
  await setTimeout(REST_SECONDS * 1000)
  const { processor, peak } = await second.usage()
  await second.end()
  const share = (processor - before.processor) / (REST_SECONDS * 10_000)
  return [first.taken, second.taken, `${share.toFixed(2)} %`, megabytes(peak)]
}

/** Until it says that it has done all. */
async function follow(program: ReturnType<typeof run>, ready: RegExp) {
  const begun = performance.now()
  await program.printed(ready)
  const usage = () => usageOf([program.pid])
  const clock = (performance.now() - begun) / 1000
  return {
    usage,
    taken: duration({ clock, processor: (await usage()).processor / 1e6 }),
    async end() {
      program.kill('SIGTERM')
      await program.ended
    },
  }
}

async function measureMirror(folder: string): Promise<string[]> {
  const server = await startEdge(folder)
  const path = await mkdtemp(join(tmpdir(), 'mirror-'))
  const start = () =>
    follow(
      run('server/cli/inmor.ts', ['mirror', server.url, path, '--allow-http', '--every', '1'], {
        environment: ofFirstLine,
      }),
      /^Manifest .*/m,
    )
  const figures = await measureTwice(start)
  await Promise.all([server.end(), rm(path, { recursive: true })])
  return figures
}

async function measureRequests(store: Store, folder: string, size: number, say: Say): Promise<string[][]> {
  const [ta, files] = [await serve(store), await startEdge(folder)]
  const rows: string[][] = []
  for (const endpoint of measured) {
    const requests = buildRequests(endpoint, store.filled.any)
    const { body, headers } = await ask(files.url, requests[0] ?? { method: 'GET', path: ready })
    const added = Object.entries(headers).filter(([name]) => !ofNginx.includes(name))
    const lines = added.map(([name, value]) => `add_header ${name} "${value}";`).join(' ')
    const fixed = await startConfigured(
      `default_type "${headers['content-type']}"; server { listen 127.0.0.1:$PORT; location / { ${lines} return 200 "${body}"; } }`,
      ready,
    )
    const rates = []
    for (const server of [files, fixed, ta]) rates.push(await measure({ ...server, requests }, SECONDS))
    await fixed.end()
    const [ofFiles = 0, ofFixed = 0, ours = 0] = rates.map(({ processor }) => processor)
    const share = (ofFixed / ofFiles).toFixed(2)
    rows.push([
      endpoint.name,
      number(size),
      ...[ofFiles, ofFixed].map((each) => each.toFixed(1)),
      share,
      ours.toFixed(1),
    ])
    say(`${endpoint.name} of ${size} members is sent by nginx.`)
  }
  await Promise.all([ta.end(), files.end()])
  return rows
}
