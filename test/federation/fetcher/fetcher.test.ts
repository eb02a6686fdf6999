import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createFetcher, type Fetcher, type FetcherOptions } from '#fetcher/fetcher.ts'
import { startEntity } from '#test/helpers/entity.ts'
import type { Fault } from '#test/helpers/fault.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { serve } from '#test/helpers/loopback.ts'
import { freePort } from '#test/helpers/port.ts'
import { makeCertificate } from '../certificate.ts'
import { startRawServer } from '../raw-server.ts'

const open: Fetcher[] = []
function fetcher(options: Partial<FetcherOptions> = {}): Fetcher {
  const made = createFetcher({ allowHttp: true, ...options })
  open.push(made)
  return made
}
afterEach(async () => void (await Promise.all(open.splice(0).map((each) => each.close()))))

const entity = inFile(startEntity)
beforeAll(async () => {
  entity.adopt({ id: 'https://sub.example', keys: entity.keys, options: {} })
})
afterEach(() => entity.misbehave(undefined))

test('fetches a configuration, a statement and a listing', async () => {
  const { id } = entity
  const get = fetcher()
  expect(await get.entityConfiguration(id)).toMatch(/^ey/)
  const fetchEndpoint = `${id}/fetch?tenant=a`
  expect(
    await get.subordinateStatement({ issuer: id, subject: 'https://sub.example', fetchEndpoint }),
  ).toMatch(/^ey/)
  expect(entity.requests.at(-1)).toBe('/fetch?tenant=a&sub=https%3A%2F%2Fsub.example')
  expect(await get.json(`${id}/list`)).toEqual(['https://sub.example'])
})

test('sends the authorization of the operator to the named server alone', async () => {
  const seen: (string | undefined)[] = []
  const elsewhere = await serve((request, response) => {
    seen.push(request.headers.authorization)
    response.end()
  })
  const url = await serve((request, response) => {
    seen.push(request.headers.authorization)
    if (request.url === '/moved') return response.writeHead(302, { location: elsewhere }).end()
    response.setHeader('content-type', 'application/json').end('[]')
  })
  const get = (path: string) =>
    fetcher().json(`${url}${path}`, 'application/json', { authorization: 'Basic YTpi' })
  expect(await get('/')).toEqual([])
  await expect(get('/moved')).rejects.toMatchObject({ code: 'redirect' })
  await fetcher().json(url)
  expect(seen).toEqual(['Basic YTpi', 'Basic YTpi', undefined])
})

const refusals: [fault: Fault, code: string, retryable: boolean][] = [
  ['not found', 'not_found', false],
  ['server error', 'http_status', true],
  ['html', 'wrong_content_type', false],
  ['redirect', 'redirect', false],
  ['huge', 'too_large', false],
]

test.each(refusals)('refuses a response: %s', async (fault, code, retryable) => {
  entity.misbehave(fault)
  const url = `${entity.id}/.well-known/openid-federation`
  await expect(fetcher().entityConfiguration(entity.id)).rejects.toMatchObject({
    name: 'FetchError',
    code,
    url,
    retryable,
    message: expect.stringContaining(url),
  })
})

test('times out when an entity does not respond', { tags: 'fault/member-misbehaves' }, async () => {
  entity.misbehave('hang')
  const impatient = fetcher({ limits: { totalTimeout: 50 } })
  await expect(impatient.entityConfiguration(entity.id)).rejects.toMatchObject({
    code: 'timeout',
    retryable: true,
  })
})

test('stops when the caller aborts, with the reason of the caller', async () => {
  entity.misbehave('hang')
  const controller = new AbortController()
  const asked = fetcher().entityConfiguration(entity.id, { signal: controller.signal })
  controller.abort(new Error('no longer wanted'))
  await expect(asked).rejects.toThrow('no longer wanted')
})

test('reports a refused connection', async () => {
  const id = `http://127.0.0.1:${await freePort()}`
  await expect(fetcher().entityConfiguration(id)).rejects.toMatchObject({
    code: 'unreachable',
    retryable: true,
  })
})

test('refuses a certificate of an unknown issuer', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tls-'))
  const { certFile, keyFile } = await makeCertificate(directory)
  const [cert, key] = [await readFile(certFile), await readFile(keyFile)]
  const server = createServer({ cert, key }, () => {}).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  await expect(fetcher().json(`https://127.0.0.1:${port}/`)).rejects.toMatchObject({
    code: 'tls',
    retryable: false,
    message: expect.stringContaining('SELF_SIGNED'),
  })
  server.close()
  await rm(directory, { recursive: true })
})

test('does not fetch from private addresses or over http unless allowed', async () => {
  const strict = fetcher({ allowHttp: false })
  const requests = entity.requests.length
  const port = new URL(entity.id).port
  for (const id of [entity.id, `https://127.0.0.1:${port}`, `https://localhost:${port}`]) {
    await expect(strict.entityConfiguration(id)).rejects.toMatchObject({ code: 'blocked_address' })
  }
  expect(entity.requests).toHaveLength(requests)
})

test('limits concurrent requests to one host', async () => {
  let atOnce = 0
  let most = 0
  const server = await startRawServer(async (_request, response) => {
    most = Math.max(most, ++atOnce)
    await new Promise(setImmediate)
    atOnce--
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  const get = fetcher({ limits: { perHost: 2 } })
  await Promise.all(Array.from({ length: 10 }, () => get.json(`${server.url}/`)))
  expect(most).toBe(2)
  await server.close()
})

describe('the response', () => {
  type Case = [what: string, headers: Record<string, string>, body: string | Buffer, expected: unknown]
  const accepted: Case[] = [
    ['in another case', { 'content-type': 'Application/JSON' }, '[1]', [1]],
    ['with parameters', { 'content-type': 'application/json; charset=utf-8' }, '[2]', [2]],
  ]
  test.each(accepted)(
    'is accepted with its media type %s (§15)',
    { tags: '15/media-types' },
    async (_what, headers, body, expected) => {
      const server = await startRawServer(
        (_request, response) => void response.writeHead(200, headers).end(body),
      )
      expect(await fetcher().json(server.url)).toEqual(expected)
      await server.close()
    },
  )

  const json = { 'content-type': 'application/json' }
  const refused: Case[] = [
    ['without a media type', {}, '{}', 'wrong_content_type'],
    ['compressed', { ...json, 'content-encoding': 'gzip' }, '{}', 'malformed'],
    ['not UTF-8', json, Buffer.from([0x22, 0xff, 0x22]), 'malformed'],
    ['not JSON', json, '{', 'malformed'],
    ['deep JSON', json, '['.repeat(100_000) + ']'.repeat(100_000), 'malformed'],
    ['JSON with a NUL', json, '["\\u0000"]', 'malformed'],
  ]
  test.each(refused)('is refused when it is %s', async (_what, headers, body, code) => {
    const server = await startRawServer(
      (_request, response) => void response.writeHead(200, headers).end(body),
    )
    await expect(fetcher().json(server.url)).rejects.toMatchObject({ code })
    await server.close()
  })

  test('is cancelled at the size limit, even if it is endless', async () => {
    const server = await startRawServer((_request, response) => {
      response.writeHead(200, json)
      const more = () => {
        while (response.write(Buffer.alloc(64 * 1024, ' ')));
        response.once('drain', more)
      }
      more()
    })
    await expect(fetcher().json(server.url)).rejects.toMatchObject({ code: 'too_large' })
    await server.close()
  })
})

describe('a stream', () => {
  const url = () => `${entity.id}/list`
  const lengthOf = async (chunks: AsyncIterable<Uint8Array>) => {
    let length = 0
    for await (const chunk of chunks) length += chunk.length
    return length
  }

  test('gives the bytes to a reader, and its failures back', async () => {
    const { length } = JSON.stringify(['https://sub.example'])
    expect(await fetcher().stream(url(), lengthOf)).toBe(length)
    const failure = new Error('the reader')
    await expect(fetcher().stream(url(), async () => Promise.reject(failure))).rejects.toBe(failure)
  })

  test.each<[Fault, string]>([
    ['not found', 'not_found'],
    ['redirect', 'redirect'],
  ])('refuses %s before it is read', async (fault, code) => {
    entity.misbehave(fault)
    const read = async () => expect.unreachable()
    const configuration = `${entity.id}/.well-known/openid-federation`
    await expect(fetcher().stream(configuration, read)).rejects.toMatchObject({ code })
  })

  test('stops at the size limit', async () => {
    const small = fetcher({ limits: { maxBodyBytes: 5 } })
    await expect(small.stream(url(), lengthOf)).rejects.toMatchObject({ code: 'too_large' })
  })
})
