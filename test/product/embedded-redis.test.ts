/** The embedded Redis is only a cache of what is published: its end is not the end of the product. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { eventually, type Product, startProduct } from '#test/helpers/product.ts'
import { descendants, survivors } from '#test/helpers/program.ts'

let product: Product

beforeAll(async () => {
  product = await startProduct()
})

async function redisServer(): Promise<number | undefined> {
  const pids = await descendants(product.pid)
  const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=,comm=', '-p', pids.join()])
  const line = stdout.split('\n').find((each) => each.includes('redis-server'))
  return line === undefined ? undefined : Number.parseInt(line, 10)
}

test('a redis-server that dies is started again and filled anew, and ends with the product', async () => {
  const { federationUrl } = product.installation
  const first = Number(await redisServer())
  process.kill(first, 'SIGKILL')
  await eventually(async () => {
    const now = await redisServer()
    expect(now).toBeDefined()
    expect(now).not.toBe(first)
    expect((await fetch(`${federationUrl}/.well-known/openid-federation`)).status).toBe(200)
  })
  expect(product.stderr()).toMatch(/redis-server has ended; it is started again/)
  const children = await descendants(product.pid)
  expect(await product.stop()).toEqual({ code: 0, signal: null })
  expect(await survivors(children)).toEqual([])
})
