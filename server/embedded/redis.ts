/** Starts the embedded Redis: redis-server as a child process if installed, else an emulation in this process. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import { connectRedisSocket, waitForRedis } from '#store/connect.ts'

export type EmbeddedRedis = {
  /** For the banner. */
  description: string
  /** Null: only this process reaches it. */
  socket: string | null
  connect(): Redis
  close(): Promise<void>
}

/** Starts empty; the publisher fills it from the database. */
export async function startEmbeddedRedis(): Promise<EmbeddedRedis> {
  return (await startChild()) ?? (await emulate())
}

/**
 * A shell supervises the child: it reads a pipe from this process and stops the child when the pipe closes, even after
 * a SIGKILL. Its own process group keeps Ctrl-C from reaching the child first. The pipe is descriptor 3, because a shell
 * redirects the standard input of background processes.
 */
const SUPERVISE = `exec 3<&0; place=$1; shift
  rm -rf "$place"; mkdir -m 700 "$place" || exit
  redis-server "$@" >/dev/null & child=$!
  { cat <&3 >/dev/null; kill "$child"; } & wait "$child"; rm -rf "$place"`
const START_TIMEOUT_MS = 5_000
/** Milliseconds between an unexpected exit of redis-server and its restart. */
const RESTART_PAUSE_MS = 500

/** Listens on a Unix socket in its own directory, which no other program can take or reach. */
async function startChild(): Promise<EmbeddedRedis | null> {
  const found = spawn('redis-server', ['--version'], { stdio: 'ignore' })
  const isThere = await once(found, 'exit').then(
    ([code]) => code === 0,
    () => false,
  )
  if (!isThere) return null

  // A socket's path is limited to about 100 characters.
  const place = join(tmpdir(), `inmor-redis-${randomBytes(6).toString('hex')}`)
  const socket = join(place, 'redis.sock')
  const settings = ['--port', '0', '--unixsocket', socket, '--save', '', '--appendonly', 'no']
  const stop = keepRunning(place, settings)
  const probe = connectRedisSocket(socket)
  await waitForRedis(probe, START_TIMEOUT_MS).finally(() => probe.disconnect())
  return {
    description: 'a redis-server child',
    socket,
    connect: () => connectRedisSocket(socket, { commandTimeout: 30_000 }),
    close: stop,
  }
}

/** Restarts redis-server whenever it exits; the publisher notices an empty Redis and fills it. */
function keepRunning(place: string, settings: readonly string[]): () => Promise<void> {
  let stopped = false
  let pause: NodeJS.Timeout | undefined
  const launch = () => {
    const child = spawn('sh', ['-c', SUPERVISE, 'sh', place, ...settings], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    })
    child.once('exit', () => {
      child.stdin.destroy() // ends the watch over the pipe
      if (stopped) return
      process.stderr.write('The embedded redis-server exited; restarting and refilling it.\n')
      pause = setTimeout(() => {
        running = launch()
      }, RESTART_PAUSE_MS)
    })
    return child
  }
  let running = launch()
  return async () => {
    stopped = true
    clearTimeout(pause)
    if (running.exitCode !== null || running.signalCode !== null) return
    const ended = once(running, 'exit')
    running.stdin.end()
    await ended
  }
}

/** Connections to one emulation share their data. */
async function emulate(): Promise<EmbeddedRedis> {
  const { default: RedisMock } = await import('ioredis-mock') // large, with its own interpreter of Lua
  return {
    description: 'an emulation in this process',
    socket: null,
    connect: () => new RedisMock() as unknown as Redis, // the emulation of the same interface
    async close() {
      await new RedisMock().flushall()
    },
  }
}
