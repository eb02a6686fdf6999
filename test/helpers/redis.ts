/** Starts a real Redis for one test file: a child process on a free port of loopback, without persistence. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Redis } from 'ioredis'
import { connectRedis, waitForRedis } from '#store/connect.ts'
import { spawnOwn } from './own-process.ts'
import { freePort } from './port.ts'

export type TestRedis = {
  url: string
  /** For the test's own reads and writes; it reconnects automatically. */
  client: Redis
  /** Ends the process; its data is lost. */
  stop(): Promise<void>
  /** Starts it again, empty, on the same port. */
  restart(): Promise<void>
  /** Freezes the process: connections stay open and nothing answers. */
  pause(): void
  resume(): void
  /** Ends process and client. */
  close(): Promise<void>
}

/** With a `password`, clients must authenticate. */
export async function startRedis({ password }: { password?: string } = {}): Promise<TestRedis> {
  const port = await freePort()
  const url = `redis://${password ? `:${password}@` : ''}127.0.0.1:${port}`
  const settings = password ? ['--requirepass', password] : []
  let child = await spawnRedis(port, settings)
  const client = connectRedis(url, { commandTimeout: 10_000 })
  await waitForRedis(client, 10_000)

  const stop = () => killRedis(child)
  return {
    url,
    client,
    stop,
    async restart() {
      await stop()
      child = await spawnRedis(port, settings)
      await waitForRedis(client, 10_000)
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async close() {
      client.disconnect()
      await stop()
    },
  }
}

/** `changes` are additional settings, as on the command line. */
export async function spawnRedis(port: number, changes: readonly string[] = []): Promise<ChildProcess> {
  const usual = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const settings = [...usual, ...changes]
  const child = spawnOwn('redis-server', settings)
  let said = ''
  for await (const chunk of child.stdout) {
    said += chunk
    if (said.includes('Ready to accept connections')) {
      child.stdout.resume()
      return child
    }
  }
  throw new Error(`redis-server did not start:\n${said}`)
}

export async function killRedis(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}
