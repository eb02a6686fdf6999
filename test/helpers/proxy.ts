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
import { isEdge, type Ports, type ProxyKind, proxies } from '#test/helpers/proxy-rows.ts'
import { patience } from './patience.ts'

type Upstreams = { ta: number; admin: number }

export type ReverseProxy = {
  ports: Ports
  /** The certificate to trust. */
  certificate: string
  close(): Promise<void>
}

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
  let text = await (row.print?.(directory) ?? readFile(example, 'utf8'))
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
  await vi.waitFor(() => connect(ports.ta), patience)
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

export type Answer = {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
  bytes: Buffer
}
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
  const bytes = await buffer(response)
  agent.destroy()
  return { status: response.statusCode, headers: response.headers, body: bytes.toString(), bytes }
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
