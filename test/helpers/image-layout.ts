/** Starts the services in directories laid out as in the images, as a user without write access. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { vi } from 'vitest'
import { spawnOwn } from '#test/helpers/own-process.ts'
import { freePort } from '#test/helpers/port.ts'
import { findPostgres } from '#test/helpers/postgres.ts'
import { ask, type ReverseProxy, startProxy } from '#test/helpers/proxy.ts'
import { startRedis } from '#test/helpers/redis.ts'
import { startRestartableDatabase } from '#test/helpers/restartable-database.ts'
import { assemble } from '../../deploy/images/assemble.ts'
import { images, release } from '../../deploy/images/images.ts'
import { unpackMigrated } from './data-directory.ts'
import { patience } from './patience.ts'

/** The uid of the images, if this process may switch to it. */
const user = process.getuid?.() === 0 ? { uid: 999, gid: 999 } : {}

export type Outcome = { code: number | null; output: string }

export type Deployment = {
  /** Application directories, by image. */
  directory: { base: string; ta: string; admin: string; worker: string; release: string; keys: string }
  /** Entity Identifier of the Trust Anchor, at the reverse proxy. */
  anchor: string
  /** The services without the proxy and its cache. */
  taUrl: string
  adminUrl: string
  proxy: ReverseProxy
  /** The database, if it is our own PostgreSQL, and the folder of its programs. */
  postgres: { url: string; binaries: string } | undefined
  /** Whether `shell` and the services run as a user who owns nothing of the layout. */
  isUnprivileged: boolean
  /** Runs a line of shell as the unprivileged user. */
  shell(command: string, environment?: Record<string, string>): Promise<Outcome>
  /** Starts both servers and a worker; resolves when they serve. */
  start(): Promise<void>
  /** Starts the release with its embedded services; resolves with its addresses when both servers serve. */
  startRelease(): Promise<{ taUrl: string; adminUrl: string }>
  close(): Promise<void>
}

export async function layOut(): Promise<Deployment> {
  const base = await mkdtemp(join(tmpdir(), 'inmor-deployment-'))
  const place = (name: string) => join(base, name)
  const directory = {
    base,
    ta: place('ta'),
    admin: place('admin'),
    worker: place('worker'),
    release: place('release'),
    keys: place('keys'),
  }
  await chmod(base, 0o755)
  // The smallest has its packages as they are delivered: copied, without what no program loads.
  await assemble(images.ta, directory.ta)
  await assemble(images.admin, directory.admin, linkPackages)
  await assemble(images.worker, directory.worker, linkPackages)
  await assemble(release, directory.release, linkPackages)
  for (const name of ['keys', 'tmp', 'proxy', 'bin']) await mkdir(join(base, name), { mode: 0o755 })
  for (const name of ['keys', 'tmp']) if (user.uid) await chown(join(base, name), user.uid, user.gid)
  await copyFile(process.execPath, join(base, 'bin', 'node'))

  const [database, redis] = await Promise.all([startRestartableDatabase(), startRedis()])
  const binaries = findPostgres()
  const upstreams = { ta: await freePort(), admin: await freePort() }
  const proxy = await startProxy('nginx', join(base, 'proxy'), upstreams, '127.0.0.1/32')
  const anchor = `https://localhost:${proxy.ports.ta}`
  const adminUrl = `http://127.0.0.1:${upstreams.admin}`
  await writeFile(join(directory.ta, 'taconfig.toml'), `domain = "${anchor}"\nredis_uri = "${redis.url}"\n`)

  const common = {
    PATH: `${join(base, 'bin')}:/usr/bin:/bin`,
    HOME: join(base, 'tmp'),
    NODE_EXTRA_CA_CERTS: proxy.certificate,
    NODE_COMPILE_CACHE: join(base, 'tmp', 'compiled'), // the chapters start many commands
    KEYS_DIR: directory.keys,
    ALLOW_HTTP: 'true', // the entities of the test are on loopback
    HOST: '127.0.0.1',
  }
  const ofTa = { ...common, PORT: String(upstreams.ta), TRUST_PROXY: '127.0.0.1' }
  const ofAdmin = {
    ...ofTa,
    PORT: String(upstreams.admin),
    TA_DOMAIN: anchor,
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    AUTH_SECRET: 'a secret of this test that nobody else would use',
    ADMIN_URL: `https://localhost:${proxy.ports.admin}`,
    WORKER: 'external',
  }
  const servers: ReturnType<typeof serve>[] = []
  return {
    directory,
    anchor,
    taUrl: `http://127.0.0.1:${upstreams.ta}`,
    adminUrl,
    proxy,
    postgres: binaries ? { url: database.url, binaries } : undefined,
    isUnprivileged: user.uid !== undefined,
    async shell(command, environment = {}) {
      const env = { ...ofAdmin, ...environment }
      const child = spawn('sh', ['-c', command], {
        cwd: base,
        env,
        ...user,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const output = Promise.all([text(child.stdout), text(child.stderr)])
      const [code] = await once(child, 'close')
      return { code, output: (await output).join('') }
    },
    async start() {
      servers.push(serve(['node', 'federation/main.ts'], directory.ta, ofTa))
      servers.push(serve(['./docker-entrypoint.sh'], directory.admin, ofAdmin))
      const untilServing = (port: number) =>
        vi.waitFor(async () => {
          const { status } = await ask(proxy, port, '/health')
          if (status !== 200) throw new Error(`nothing serves at ${port} yet: ${status}`)
        }, patience)
      // One after the other: the compiled code of a new folder is not kept yet, so that each start takes long.
      await untilServing(proxy.ports.admin)
      await untilServing(proxy.ports.ta)
      servers.push(serve(['node', 'server/worker.ts'], directory.worker, ofAdmin))
    },
    async startRelease() {
      const ports = { ta: await freePort(), admin: await freePort() }
      const data = join(base, 'tmp', 'data')
      await unpackMigrated(join(data, 'postgres'))
      if (user.uid) await promisify(execFile)('chown', ['-R', `${user.uid}:${user.gid}`, data])
      const { PATH, HOME } = common
      const environment = {
        DATA_DIR: data,
        ADMIN_PORT: String(ports.admin),
        FEDERATION_PORT: String(ports.ta),
      }
      servers.push(serve(['node', 'server/standalone.ts'], directory.release, { PATH, HOME, ...environment }))
      const urls = { taUrl: `http://localhost:${ports.ta}`, adminUrl: `http://localhost:${ports.admin}` }
      const isServing = async () => {
        for (const url of Object.values(urls)) if (!(await fetch(`${url}/health`)).ok) throw new Error(url)
      }
      await vi.waitFor(isServing, patience)
      return urls
    },
    async close() {
      const ends = servers.map((server) => server.exitCode ?? once(server, 'exit'))
      for (const server of servers) server.kill('SIGTERM')
      await Promise.all(ends)
      await Promise.all([proxy.close(), redis.close(), database.close()])
      await rm(base, { recursive: true, force: true })
    },
  }
}

/** Links the files, half a gigabyte in all, and copies them only onto another file system. */
export async function linkPackages(folders: readonly string[], target: string): Promise<void> {
  const cwd = fileURLToPath(new URL('../..', import.meta.url))
  const copy = (...options: string[]) =>
    promisify(execFile)('cp', ['--archive', '--parents', ...options, ...folders, target], { cwd })
  await copy('--link').catch(() => copy())
}

/** Hides its log, but reports why it does not start. */
function serve([program, ...args]: [string, ...string[]], cwd: string, env: Record<string, string>) {
  const child = spawnOwn(program, args, { cwd, env, ...user })
  child.stdout.resume()
  return child
}
