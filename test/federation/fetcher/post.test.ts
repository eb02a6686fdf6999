/** Tests requests with a body: what is sent, what is read of the response, and what is refused. */
import type { IncomingMessage, RequestListener } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { createFetcher, type FetcherOptions } from '#fetcher/fetcher.ts'
import { inTest } from '#test/helpers/in-file.ts'
import { startRawServer } from '../raw-server.ts'

const json = { 'content-type': 'application/json' }

function fetcher(options: Partial<FetcherOptions> = {}) {
  const made = createFetcher({ allowHttp: true, ...options })
  onTestFinished(made.close)
  return made
}

async function serve(listener: RequestListener): Promise<string> {
  const server = await inTest(startRawServer(listener))
  return server.url
}

test('sends the body with its headers, and returns status and text', async () => {
  const received: { request: IncomingMessage; body: string }[] = []
  const url = await serve(async (request, response) => {
    received.push({ request, body: await text(request) })
    response.writeHead(202, json).end('{"decision":"yes"}')
  })
  const post = { body: '{"é":1}', headers: { ...json, accept: 'application/json', 'user-agent': 'other' } }
  expect(await fetcher({ userAgent: 'inmor/1' }).post(`${url}/hook?tenant=a`, post)).toEqual({
    status: 202,
    text: '{"decision":"yes"}',
    isCut: false,
  })
  expect(received[0]?.body).toBe('{"é":1}')
  expect(received[0]?.request).toMatchObject({
    method: 'POST',
    url: '/hook?tenant=a',
    headers: { ...json, 'content-length': '8', accept: 'application/json', 'user-agent': 'inmor/1' },
  })
})

test.each([200, 204, 400, 404, 410, 500])('returns the status %d', async (status) => {
  const url = await serve((_request, response) => void response.writeHead(status).end())
  expect(await fetcher().post(url, { body: '', headers: {} })).toEqual({ status, text: '', isCut: false })
})

test('does not follow a redirect', async () => {
  const visited: string[] = []
  const target = await serve((request, response) => {
    visited.push(request.url ?? '')
    response.end()
  })
  const url = await serve((_request, response) => void response.writeHead(307, { location: target }).end())
  await expect(fetcher().post(url, { body: '{}', headers: json })).rejects.toMatchObject({
    code: 'redirect',
    message: expect.stringContaining(`redirects to ${target}`),
  })
  expect(visited).toEqual([])
})

test('reads an endless response to the limit only', async () => {
  const url = await serve((_request, response) => {
    response.writeHead(200)
    const more = () => {
      while (response.write(Buffer.alloc(64 * 1024, 'a')));
      response.once('drain', more)
    }
    more()
  })
  const post = { body: '', headers: {}, maxBytes: 3 }
  expect(await fetcher().post(url, post)).toEqual({ status: 200, text: 'aaa', isCut: true })
  const { text, isCut } = await fetcher({ limits: { maxBodyBytes: 70_000 } }).post(url, {
    body: '',
    headers: {},
  })
  expect([text.length, isCut]).toEqual([70_000, true])
})

test('does not wait for a server that does not respond', { tags: 'fault/member-misbehaves' }, async () => {
  const url = await serve(() => undefined)
  await expect(
    fetcher({ limits: { totalTimeout: 50 } }).post(url, { body: '', headers: {} }),
  ).rejects.toMatchObject({ code: 'timeout' })
})

test('does not send to private addresses or over http unless allowed', async () => {
  let requests = 0
  const url = await serve((_request, response) => {
    requests++
    response.end()
  })
  const strict = fetcher({ allowHttp: false })
  const { port } = new URL(url)
  for (const target of [
    url,
    `https://127.0.0.1:${port}`,
    `https://localhost:${port}`,
    `https://[::1]:${port}`,
  ]) {
    await expect(strict.post(target, { body: '', headers: {} })).rejects.toMatchObject({
      code: 'blocked_address',
    })
  }
  expect(requests).toBe(0)
})
