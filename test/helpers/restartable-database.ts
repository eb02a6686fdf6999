/**
 * A database that can be restarted while others use it: a PostgreSQL of our own where the machine has its programs;
 * else what `startDatabase` gives, behind a proxy that cuts every connection and takes none for a moment, as a restart
 * looks from outside.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import { startDatabase, type TestDatabase } from '#test/helpers/database.ts'
import { freePort } from '#test/helpers/redis.ts'

export type RestartableDatabase = TestDatabase & { restart(): Promise<void> }

export function startRestartableDatabase(): Promise<RestartableDatabase> {
  const binaries = findPostgres()
  return binaries ? startPostgres(binaries) : startBehindProxy()
}

/** Where initdb and pg_ctl are; Debian keeps them off the PATH. */
function findPostgres(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian)
    ? readdirSync(debian).map((version) => join(debian, version, 'bin'))
    : []
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...versions]
  return folders.find((folder) => ['initdb', 'pg_ctl'].every((name) => existsSync(join(folder, name))))
}

async function startPostgres(binaries: string): Promise<RestartableDatabase> {
  const [directory, port] = [await mkdtemp(join(tmpdir(), 'inmor-postgres-')), await freePort()]
  const isRoot = userInfo().uid === 0
  if (isRoot) await chown(directory, await idOf('-u'), await idOf('-g'))
  const cluster = join(directory, 'cluster')
  const run = (name: string, ...args: string[]) => {
    const command = [join(binaries, name), '--pgdata', cluster, ...args]
    // It refuses to run as root.
    const asPostgres = ['setpriv', '--reuid', 'postgres', '--regid', 'postgres', '--init-groups', ...command]
    return execute(isRoot ? asPostgres : command, directory)
  }
  await run('initdb', '--auth', 'trust', '--username', 'postgres', '--no-sync')
  const options = `-h 127.0.0.1 -p ${port} -k ${directory} -c fsync=off`
  const control = (...args: string[]) => run('pg_ctl', ...args, '--wait', '--log', join(directory, 'log'))
  await control('start', '--options', options)
  return {
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    restart: () => control('restart', '--mode', 'immediate', '--options', options),
    async close() {
      await control('stop', '--mode', 'immediate')
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function idOf(option: '-u' | '-g'): Promise<number> {
  const child = spawn('id', [option, 'postgres'], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  for await (const chunk of child.stdout) output += chunk
  return Number(output)
}

async function execute([program = '', ...args]: readonly string[], cwd: string): Promise<void> {
  // The server that it starts would keep a pipe open.
  const child = spawn(program, args, { cwd, stdio: 'ignore' })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}`)
}

async function startBehindProxy(): Promise<RestartableDatabase> {
  const database = await startDatabase()
  const [url, port, sockets] = [new URL(database.url), await freePort(), new Set<Socket>()]
  let server = await listen(port, url, sockets)
  const cut = async () => {
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  const front = new URL(database.url)
  front.host = `127.0.0.1:${port}`
  return {
    url: front.href,
    async restart() {
      await cut()
      server = await listen(port, url, sockets)
    },
    async close() {
      await cut()
      await database.close()
    },
  }
}

async function listen(port: number, to: URL, sockets: Set<Socket>): Promise<Server> {
  const server = createServer((client) => {
    const upstream = connect(Number(to.port), to.hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {}).on('close', () => sockets.delete(socket)) // cut off on purpose
    }
    client.pipe(upstream).pipe(client)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}
