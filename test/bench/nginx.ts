/** The limit of the machine: nginx that sends an answer of ours from a file, with the same headers. */
import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { descendants } from '#test/helpers/program.ts'
import { hopByHop } from './bare.ts'
import { ask, type Endpoint, type Request } from './endpoint.ts'
import { entityId } from './fill.ts'
import { startPeer } from './peers.ts'
import { usageOf } from './program.ts'

/** One worker. Undefined if nginx is not installed. */
export async function startNginx(from: string, { path }: Endpoint, [request]: readonly Request[]) {
  if (!request || !(await isInstalled())) return undefined
  const { headers, body } = await ask(from, request)
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'))
  await chmod(folder, 0o755) // its worker is another user
  await writeFile(join(folder, 'answer'), body)
  const { 'content-type': type, ...others } = headers
  const added = Object.entries(others).filter(
    ([name]) => ![...hopByHop, 'etag', 'last-modified'].includes(name),
  )
  const lines = added.map(([name, value]) => `add_header ${name} "${value}";`).join(' ')
  const location = `location = ${path} { alias ${folder}/answer; ${lines} }`
  const nginx = await startConfigured(
    `open_file_cache max=10; default_type "${type}"; server { listen 127.0.0.1:$PORT; ${location} }`,
    path,
  )
  const end = async () => {
    await nginx.end()
    await rm(folder, { recursive: true })
  }
  return { ...nginx, end }
}

/** nginx with one worker. `http`: the content of its `http` block; `$PORT` is where it must listen. `path` has an answer. */
export async function startConfigured(http: string, path: string) {
  const configuration = `daemon off; worker_processes 1; pid nginx.pid; error_log stderr;
events { worker_connections 1024; }
http { access_log off; keepalive_requests 1000000000; ${http} }`
  const write = `sed "s/\\$PORT/$PORT/" > nginx.conf <<'END'\n${configuration}\nEND`
  const row = {
    name: 'nginx',
    start: `${write}\nexec nginx -p . -c nginx.conf`,
    processes: 1,
    seconds: 10,
    paths: { fetch: path },
  }
  const opened = new AsyncDisposableStack()
  const peer = await startPeer(row, {}, opened)
  return {
    url: peer.url,
    usage: async () => usageOf([peer.pid, ...(await descendants(peer.pid))]),
    end: () => opened.disposeAsync(),
  }
}

/** With the files of an export, as deploy/edge/nginx.conf without TLS. */
export async function startEdge(folder: string) {
  const text = await readFile(new URL('../../deploy/edge/nginx.conf', import.meta.url), 'utf8')
  const http = text
    .replace(/^#.*$/gm, '')
    .replace('listen 443 ssl;', 'listen 127.0.0.1:$PORT;')
    .replace(/ssl_\w+ .*;/g, '')
    .replaceAll('/srv/inmor', folder)
    .replaceAll('ta.example.org', new URL(entityId).host)
    .replaceAll('ta\\.example\\.org', new URL(entityId).host.replaceAll('.', '\\.'))
  return startConfigured(http, '/.well-known/openid-federation')
}

export const isInstalled = () =>
  promisify(execFile)('nginx', ['-v']).then(
    () => true,
    () => false,
  )
