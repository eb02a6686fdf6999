/** Tests that the generator sends every request as it is, and counts refusals. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Request } from './endpoint.ts'
import { measure, sendRequests } from './wrk.ts'

const requests: Request[] = [
  { method: 'GET', path: '/fetch?sub=https%3A%2F%2Frp.example', headers: { host: 'other.example' } },
  { method: 'POST', path: '/status', headers: { 'content-type': 'text/x' }, body: 'a="b"&c=\\d' },
]
const expected = [
  'GET /fetch?sub=https%3A%2F%2Frp.example other.example  ',
  'POST /status own text/x a="b"&c=\\d',
]

let server: Server
let url: string
const seen = new Set<string>()

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const { method, url: path, headers } = request
    const host = url.endsWith(String(headers.host)) ? 'own' : headers.host
    const line = `${method} ${path} ${host} ${headers['content-type'] ?? ''} ${await text(request)}`
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

const isMissing = () => {
  try {
    execFileSync('wrk', ['-v'], { stdio: 'ignore' })
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' // it ends with 1 after its version
  }
}

describe.skipIf(isMissing())('wrk', () => {
  it('sends the requests as they are', async () => {
    const outcome = await sendRequests({ url, requests }, 1)
    expect(outcome).toMatchObject({ failed: 0 })
    expect(outcome.answered).toBeGreaterThan(0)
    expect([...seen].sort()).toEqual(expected)
  })

  it('counts refusals as failures, which have no rate', async () => {
    const away: Request[] = [{ method: 'GET', path: '/away' }]
    const outcome = await sendRequests({ url, requests: away }, 1)
    expect(outcome).toMatchObject({ answered: 0, perSecond: 0 })
    expect(outcome.failed).toBeGreaterThan(0)
    const usage = async () => ({ processor: 0 })
    await expect(measure({ url, requests: away, usage }, 1)).rejects.toThrow(/requests to \S+\/away failed/)
  })
})
