/** Starts the reverse proxies of deploy/proxy with the original files, except names, ports and paths. */
import { type ChildProcess, execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:https'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { vi } from 'vitest'
import { spawnOwn } from '#test/helpers/own-process.ts'
import { freePort } from '#test/helpers/port.ts'

export type ProxyKind = 'nginx' | 'apache' | 'caddy' | EdgeKind
/** Those that send the files of an export. */
export type EdgeKind = 'nginx edge' | 'caddy edge'
type Ports = { http: number; ta: number; admin: number }
type Upstreams = { ta: number; admin: number }

export type ReverseProxy = {
  ports: Ports
  /** The certificate to trust. */
  certificate: string
  close(): Promise<void>
}

type Row = {
  /** Below deploy. */
  file: string
  /** Text of the example -> text of the test. */
  replace(ports: Ports, directory: string): [string | RegExp, string][]
  /** Around the example, what the distribution's own configuration has. */
  wrap(text: string, directory: string): string
  command(file: string, directory: string): [string, ...string[]]
}

const nginx = {
  wrap: (text, directory) =>
    [
      `pid ${directory}/nginx.pid; error_log ${directory}/error.log; events {} http { access_log off;`,
      ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (each) => `${each}_temp_path ${directory}/${each};`,
      ),
      text,
      '}',
    ].join('\n'),
  command: (file, directory) => ['nginx', '-e', `${directory}/error.log`, '-c', file, '-g', 'daemon off;'],
} satisfies Pick<Row, 'wrap' | 'command'>

const caddy = {
  wrap: (text) => text,
  command: (file) => ['caddy', 'run', '--config', file, '--adapter', 'caddyfile'],
} satisfies Pick<Row, 'wrap' | 'command'>

const proxies: Readonly<Record<ProxyKind, Row>> = {
  nginx: {
    ...nginx,
    file: 'proxy/nginx.conf',
    replace: (ports, directory) => [
      ['/var/cache/nginx/inmor', join(directory, 'cache')],
      ['listen 80;', `listen 127.0.0.1:${ports.http};`],
      [/listen 443 ssl;(\s+server_name ta)/, `listen 127.0.0.1:${ports.ta} ssl;$1`],
      [/listen 443 ssl;(\s+server_name admin)/, `listen 127.0.0.1:${ports.admin} ssl;$1`],
    ],
  },
  'nginx edge': {
    ...nginx,
    file: 'edge/nginx.conf',
    replace: (ports, directory) => [
      ['listen 443 ssl;', `listen 127.0.0.1:${ports.ta} ssl;`],
      ['root /srv/inmor;', `root ${filesOf(directory)};`],
    ],
  },
  apache: {
    file: 'proxy/apache.conf',
    replace: (ports, directory) => [
      ['/var/cache/apache2/mod_cache_disk', join(directory, 'cache')],
      ['*:80>', `*:${ports.http}>`],
      [/\*:443>(\s+ServerName ta)/, `*:${ports.ta}>$1`],
      [/\*:443>(\s+ServerName admin)/, `*:${ports.admin}>$1`],
    ],
    wrap: (text, directory) => {
      const ports = [...text.matchAll(/<VirtualHost \*:(\d+)>/g)].map(
        ([, port]) => `Listen 127.0.0.1:${port}`,
      )
      const modules = [
        'mpm_event',
        'authz_core',
        'authz_host',
        'rewrite',
        'ssl',
        'headers',
        'unique_id',
        'proxy',
        'proxy_http',
      ]
      const loads = [...modules, 'cache', 'cache_disk', 'socache_shmcb'].map(
        (each) => `LoadModule ${each}_module /usr/lib/apache2/modules/mod_${each}.so`,
      )
      const paths = [`ServerRoot ${directory}`, `PidFile ${directory}/pid`, `ErrorLog ${directory}/error.log`]
      const user = process.getuid?.() === 0 ? ['User www-data', 'Group www-data'] : []
      return [...loads, ...paths, ...user, 'ServerName localhost', ...ports, text].join('\n')
    },
    command: (file) => ['apache2', '-D', 'FOREGROUND', '-f', file],
  },
  caddy: {
    ...caddy,
    file: 'proxy/Caddyfile',
    replace: (ports) => [
      ['http://ta.example.org, http://admin.example.org', `http://localhost:${ports.http}`],
      ['https://ta.example.org {', `https://localhost:${ports.ta} {`],
      ['https://admin.example.org {', `https://localhost:${ports.admin} {`],
    ],
  },
  'caddy edge': {
    ...caddy,
    file: 'edge/Caddyfile',
    replace: (ports, directory) => [
      ['https://ta.example.org {', `https://localhost:${ports.ta} {`],
      ['root * /srv/inmor', `root * ${filesOf(directory)}`],
    ],
  },
}

const isEdge = (kind: ProxyKind): kind is EdgeKind => kind.endsWith(' edge')

/** The files that an edge sends. */
export const filesOf = (directory: string) => join(directory, 'files')

/** Servers are in /usr/sbin, which is not on every PATH. */
const paths = `${process.env.PATH}:/usr/sbin`

/** The installed proxies. */
export async function isInstalled(kind: ProxyKind): Promise<boolean> {
  const [program] = proxies[kind].command('', '')
  return promisify(execFile)('sh', ['-c', `command -v ${program}`], { env: { PATH: paths } }).then(
    () => true,
    () => false,
  )
}

/** `allowed` is the network that may reach the admin side. */
export async function startProxy(
  kind: ProxyKind,
  directory: string,
  upstreams: Upstreams,
  allowed: string,
): Promise<ReverseProxy> {
  const row = proxies[kind]
  const ports = { http: await freePort(), ta: await freePort(), admin: await freePort() }
  const certificate = await makeCertificate(directory)
  await mkdir(join(directory, 'cache'), { mode: 0o777 })
  // Readable for every user that the workers may run as.
  await Promise.all([chmod(directory, 0o755), chmod(join(directory, 'cache'), 0o777)])
  const example = fileURLToPath(new URL(`../../deploy/${row.file}`, import.meta.url))
  let text = await readFile(example, 'utf8')
  const common: [string | RegExp, string][] = [
    ['127.0.0.1:8080', `127.0.0.1:${upstreams.ta}`],
    [/\/etc\/ssl\/inmor\/(ta|admin)\.(crt|key)/g, `${directory}/tls.$2`],
  ]
  const ofAdmin: typeof common = [
    ['192.0.2.0/24', allowed],
    ['127.0.0.1:8000', `127.0.0.1:${upstreams.admin}`],
  ]
  for (const [from, to] of [...common, ...(isEdge(kind) ? [] : ofAdmin), ...row.replace(ports, directory)])
    text = replaceOnce(text, from, to)
  text = text.replace(/(ta|admin)\.example\.org/g, 'localhost')
  const file = join(directory, 'configuration')
  await writeFile(file, row.wrap(text, directory))
  const child = run(row.command(file, directory), directory)
  await vi.waitFor(() => connect(ports.ta), { timeout: 30_000, interval: 50 })
  return { ports, certificate, close: () => end(child) }
}

/** @throws when the example does not contain the text to replace */
function replaceOnce(text: string, from: string | RegExp, to: string): string {
  const replaced = text.replace(from, to)
  if (replaced === text) throw new Error(`the example has no ${from}`)
  return replaced
}

function run([program, ...args]: readonly [string, ...string[]], directory: string): ChildProcess {
  const env = {
    PATH: process.env.PATH,
    HOME: directory,
    XDG_DATA_HOME: directory,
    XDG_CONFIG_HOME: directory,
  }
  const child = spawnOwn(program, args, { env })
  child.stdout.resume()
  return child
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
}

async function connect(port: number): Promise<void> {
  const socket = createConnection(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.destroy()
}

async function makeCertificate(directory: string): Promise<string> {
  const [cert, key] = [join(directory, 'tls.crt'), join(directory, 'tls.key')]
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '1']
  await promisify(execFile)('openssl', ['req', '-x509', ...newKey, '-out', cert, ...subject])
  return cert
}

export type Answer = { status: number; headers: Record<string, string | string[] | undefined>; body: string }
type Request = { method?: string; headers?: Record<string, string>; body?: string; from?: string }

/** Over TLS, trusting the proxy's certificate. */
export async function ask(
  { certificate }: ReverseProxy,
  port: number,
  path: string,
  options: Request = {},
): Promise<Answer> {
  const agent = new Agent({ ca: await readFile(certificate) })
  const { method = 'GET', headers = {}, body, from = '127.0.0.1' } = options
  const outgoing = request(`https://localhost:${port}${path}`, {
    method,
    headers,
    agent,
    family: 4,
    localAddress: from,
  })
  outgoing.end(body)
  const [response] = await once(outgoing, 'response')
  const text = (await buffer(response)).toString()
  agent.destroy()
  return { status: response.statusCode, headers: response.headers, body: text }
}

/** A stream of server-sent events: resolves as soon as it is open. */
export async function listen(
  { certificate, ports }: ReverseProxy,
  query: string,
  headers: Record<string, string>,
  from: string,
): Promise<{ received(): string; close(): void }> {
  const agent = new Agent({ ca: await readFile(certificate) })
  const outgoing = request(`https://localhost:${ports.admin}/graphql`, {
    method: 'POST',
    agent,
    family: 4,
    localAddress: from,
    headers: { ...headers, accept: 'text/event-stream', 'content-type': 'application/json' },
  })
  outgoing.end(JSON.stringify({ query }))
  const [response] = await once(outgoing, 'response')
  let text = ''
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  return { received: () => text, close: () => agent.destroy() }
}
