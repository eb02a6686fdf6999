/** Tests that each generator sends every request as it is, and counts refusals. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { autocannon, findWrk } from './generator.ts'
import type { Request } from './request.ts'

const SECONDS = 1
const requests: Request[] = [
  { method: 'GET', path: '/fetch?sub=https%3A%2F%2Frp.example' },
  { method: 'POST', path: '/status', headers: { 'content-type': 'text/x' }, body: 'a="b"&c=\\d' },
]
const describeRequest = ({ method, path, headers, body = '' }: Request) =>
  `${method} ${path} ${headers?.['content-type'] ?? ''} ${body}`
const expected = requests.map(describeRequest)

let server: Server
let url: string
const seen = new Set<string>()

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const { method, url: path, headers } = request
    const line = `${method} ${path} ${headers['content-type'] ?? ''} ${await text(request)}`
    seen.add(line)
    response.writeHead(expected.includes(line) ? 200 : 404).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  url = `http://127.0.0.1:${typeof address === 'object' && address?.port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

describe.each([
  ['autocannon', async () => autocannon(2)],
  ['wrk', () => findWrk(2)],
] as const)('%s', (name, find) => {
  it('sends the requests as they are', async ({ skip }) => {
    const generator = (await find()) ?? skip(`${name} is not installed here`)
    seen.clear()
    const outcome = await generator.run({ url, requests }, SECONDS)
    expect(outcome).toMatchObject({ failed: 0 })
    expect(outcome.answered).toBeGreaterThan(0)
    expect([...seen].sort()).toEqual(expected)
  })

  it('counts refusals as failures', async ({ skip }) => {
    const generator = (await find()) ?? skip(`${name} is not installed here`)
    const outcome = await generator.run({ url, requests: [{ method: 'GET', path: '/away' }] }, SECONDS)
    expect(outcome).toMatchObject({ answered: 0, perSecond: 0 })
    expect(outcome.failed).toBeGreaterThan(0)
  })
})
