/** Tests that the product survives the exit of the embedded Redis. */
import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { eventually, type Product, startProduct } from '#test/helpers/product.ts'
import { descendants, survivors } from '#test/helpers/program.ts'

let product: Product

beforeAll(async () => {
  product = await startProduct()
})

type RedisServer = { pid: number; directory: string }

/** Redis shows in its process title where it listens. */
async function redisServer(): Promise<RedisServer> {
  const pids = await descendants(product.pid)
  const { stdout } = await promisify(execFile)('ps', ['-ww', '-o', 'pid=,args=', '-p', pids.join()])
  const [, pid, socket] = /^ *(\d+) redis-server unixsocket:(\S+)$/m.exec(stdout) ?? []
  if (socket === undefined) throw new Error('No redis-server is among the children.')
  return { pid: Number(pid), directory: dirname(socket) }
}

test('restarts and refills a redis-server that exits, and stops it with the product', async () => {
  const { federationUrl } = product.installation
  const first = await redisServer()
  process.kill(first.pid, 'SIGKILL')
  await eventually(async () => {
    expect((await redisServer()).pid).not.toBe(first.pid)
    expect((await fetch(`${federationUrl}/.well-known/openid-federation`)).status).toBe(200)
  })
  expect(product.stderr()).toMatch(/redis-server exited; restarting/)

  const { directory } = await redisServer()
  expect((await stat(directory)).mode & 0o777, 'nobody else reaches it').toBe(0o700)
  const children = await descendants(product.pid)
  expect(await product.stop()).toEqual({ code: 0, signal: null })
  expect(await survivors(children)).toEqual([])
  expect(await stat(directory).catch(({ code }) => code)).toBe('ENOENT')
})
