/** Request ids of trusted proxies are kept if they are valid. */
import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { createRequestIds } from '#federation/http/request-id.ts'

const GIVEN = 'f00d-0123:from.the_proxy'

async function idOf(trust: boolean | string[], remoteAddress: string, given = GIVEN): Promise<string> {
  const app = Fastify({ genReqId: createRequestIds(trust) })
  app.get('/', (request) => request.id)
  const headers = { 'x-request-id': given }
  return (await app.inject({ url: '/', remoteAddress, headers })).body
}

test.each<[trust: boolean | string[], address: string]>([
  [true, '203.0.113.1'],
  [['loopback'], '127.0.0.1'],
  [['loopback'], '::1'],
  [['loopback'], '::ffff:127.0.0.1'],
  [['linklocal', 'uniquelocal'], '172.20.0.3'],
  [['uniquelocal'], 'fd00::7'],
  [['192.0.2.7'], '192.0.2.7'],
  [['192.0.2.0/24', '2001:db8::/32'], '2001:db8::7'],
])('%j lets %s name its requests', async (trust, address) => {
  expect(await idOf(trust, address)).toBe(GIVEN)
})

test.each<[trust: boolean | string[], address: string]>([
  [false, '127.0.0.1'],
  [[], '127.0.0.1'],
  [['loopback'], '192.0.2.7'],
  [['loopback'], '::ffff:192.0.2.7'],
  [['uniquelocal'], '172.32.0.1'],
  [['192.0.2.0/24'], '192.0.3.1'],
])('%j does not let %s do so', async (trust, address) => {
  expect(await idOf(trust, address)).toMatch(/^[0-9a-f-]{36}$/)
})

test.each(['short', 'x'.repeat(129), 'with spaces in it', 'quotes"and{braces}'])(
  'replaces an invalid id: %j',
  async (given) => {
    expect(await idOf(true, '127.0.0.1', given)).toMatch(/^[0-9a-f-]{36}$/)
  },
)
