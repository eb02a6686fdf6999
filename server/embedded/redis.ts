/** The embedded Redis: a real one as a child when the machine has it, else an emulation inside this process. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import RedisMock from 'ioredis-mock'
import { connectRedisSocket, waitForRedis } from '#store/connect.ts'

export type EmbeddedRedis = {
  /** For the banner. */
  description: string
  connect(): Redis
  close(): Promise<void>
}

/** Nothing in it outlives the process: it is rebuilt from the database at every start. */
export async function startEmbeddedRedis(): Promise<EmbeddedRedis> {
  return (await startChild()) ?? emulate()
}

/**
 * The shell in between waits on a pipe from us: when this process ends, however it ends, the pipe closes and the
 * child is stopped. A group of its own keeps a Ctrl-C meant for us from reaching it first. The pipe goes by another
 * number, because a shell takes the standard input from what it runs in the background.
 */
const SUPERVISE = `exec 3<&0; place=$1; shift
  rm -rf "$place"; mkdir -m 700 "$place" || exit
  redis-server "$@" >/dev/null & child=$!
  { cat <&3 >/dev/null; kill "$child"; } & wait "$child"; rm -rf "$place"`
const START_TIMEOUT_MS = 5_000
/** Milliseconds between the end of a redis-server that nobody asked to end and the start of the next. */
const RESTART_PAUSE_MS = 500

/** It listens on a socket in a directory of ours: a port could be taken by another program, or reached by one. */
async function startChild(): Promise<EmbeddedRedis | null> {
  const found = spawn('redis-server', ['--version'], { stdio: 'ignore' })
  const isThere = await once(found, 'exit').then(
    ([code]) => code === 0,
    () => false,
  )
  if (!isThere) return null

  // Short, since a socket's path may have about a hundred characters only.
  const place = join(tmpdir(), `inmor-redis-${randomBytes(6).toString('hex')}`)
  const socket = join(place, 'redis.sock')
  const settings = ['--port', '0', '--unixsocket', socket, '--save', '', '--appendonly', 'no']
  const stop = keepRunning(place, settings)
  const probe = connectRedisSocket(socket)
  await waitForRedis(probe, START_TIMEOUT_MS).finally(() => probe.disconnect())
  return {
    description: 'a redis-server child',
    connect: () => connectRedisSocket(socket, { commandTimeout: 30_000 }),
    close: stop,
  }
}

/** Starts redis-server, and again whenever it ends; the publisher sees an empty Redis and fills it. */
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
      process.stderr.write('The embedded redis-server has ended; it is started again and filled anew.\n')
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

/** Connections of one emulation share their data by the host's name. */
function emulate(): EmbeddedRedis {
  return {
    description: 'an emulation in this process',
    connect: () => new RedisMock() as unknown as Redis, // the emulation of the same interface
    async close() {
      await new RedisMock().flushall()
    },
  }
}
