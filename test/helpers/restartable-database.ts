/**
 * A database that can be restarted while others use it: a PostgreSQL of our own where the machine has its programs;
 * else what `startDatabase` gives, behind a proxy that cuts every connection and takes none for a moment, as a restart
 * looks from outside.
 */
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { startDatabase, type TestDatabase } from '#test/helpers/database.ts'
import { freePort } from '#test/helpers/port.ts'
import { findPostgres, openPostgres } from '#test/helpers/postgres.ts'

export type RestartableDatabase = TestDatabase & { restart(): Promise<void> }

export function startRestartableDatabase(): Promise<RestartableDatabase> {
  const binaries = findPostgres()
  return binaries ? startPostgres(binaries) : startBehindProxy()
}

async function startPostgres(binaries: string): Promise<RestartableDatabase> {
  const [{ directory, run }, port] = [await openPostgres(binaries), await freePort()]
  const cluster = ['--pgdata', join(directory, 'cluster')]
  await run('initdb', ...cluster, '--auth', 'trust', '--username', 'postgres', '--no-sync')
  const options = `-h 127.0.0.1 -p ${port} -k ${directory} -c fsync=off`
  const control = (...args: string[]) =>
    run('pg_ctl', ...cluster, ...args, '--wait', '--log', join(directory, 'log'))
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
      socket.on('error', () => {}).on('close', () => sockets.delete(socket)) // closed on purpose
    }
    client.pipe(upstream).pipe(client)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}
