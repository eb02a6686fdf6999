/** Tests the examples of deploy/proxy in front of the running services: access, forwarding and caching. */

import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { Agent, fetch } from 'undici'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { bytes, describeTooLarge } from '#federation/http/limits.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { eventually } from '#test/helpers/product.ts'
import { type Answer, ask, isInstalled, listen, type ReverseProxy, startProxy } from '#test/helpers/proxy.ts'
import type { EdgeKind, ProxyKind } from '#test/helpers/proxy-rows.ts'
import { register, startLeaf } from '#test/helpers/subordinate.ts'

const OPERATOR = '127.0.0.2'
const OUTSIDER = '127.0.0.1'
const CONFIGURATION = '/.well-known/openid-federation'
const CHANGES = 'subscription { subordinateChanged { entityId } }'

/** The header that marks a cached answer; Caddy has no cache. */
const isKept: Readonly<Record<Exclude<ProxyKind, EdgeKind>, ((answer: Answer) => boolean) | null>> = {
  nginx: ({ headers }) => headers['x-cache'] === 'HIT',
  apache: ({ headers }) => headers.age !== undefined,
  caddy: null,
}

const admin = adminInFile({}, { trustedProxies: ['127.0.0.1'] })
beforeAll(() => admin.mutate('updateTrustAnchor', { endpoints: ['JWKS_UPDATE'] }, 'version', 'admin'))

describe.each(['nginx', 'apache', 'caddy'] as const)('%s', (kind) => {
  beforeEach(async ({ skip }) => {
    if (!(await isInstalled(kind))) skip(`${kind} is not installed here`)
  })

  let proxy: ReverseProxy
  let directory = ''

  beforeAll(async () => {
    if (!(await isInstalled(kind))) return
    directory = await mkdtemp(join(tmpdir(), `inmor-${kind}-`))
    const upstreams = { ta: Number(new URL(admin.entityId).port), admin: admin.config.port }
    proxy = await startProxy(kind, directory, upstreams, `${OPERATOR}/32`)
  })
  afterAll(async () => {
    await proxy?.close()
    if (directory) await rm(directory, { recursive: true })
  })

  const key = (role: 'admin' | 'operator' = 'operator') => ({ 'x-api-key': admin.keys[role] })
  const json = { 'content-type': 'application/json' }

  test('serves public data over TLS, with its exact media type and cache lifetime', async () => {
    const answer = await ask(proxy, proxy.ports.ta, CONFIGURATION)
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('application/entity-statement+jwt')
    expect(answer.headers['strict-transport-security']).toMatch(/^max-age=\d+/)
    const [, age] = /^public, max-age=(\d+)$/.exec(String(answer.headers['cache-control'])) ?? []
    expect(Number(age)).toBeLessThanOrEqual(60)
    expect(decodeJwt(answer.body).sub).toBe(admin.entityId)
    const again = await ask(proxy, proxy.ports.ta, CONFIGURATION)
    expect(again.body).toBe(answer.body)
    if (isKept[kind]) expect(isKept[kind](again)).toBe(true)
  })

  test('does not cache uncacheable answers', async () => {
    for (const _ of [1, 2]) {
      const answer = await ask(proxy, proxy.ports.ta, '/status')
      expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } })
      if (isKept[kind]) expect(isKept[kind](answer)).toBe(false)
    }
  })

  test('forwards a form unchanged', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await ask(proxy, proxy.ports.ta, '/trust_mark_status', {
      method: 'POST',
      headers,
      body: 'trust_mark=rubbish',
    })
    expect(answer.status).toBe(404)
    expect(JSON.parse(answer.body)).toMatchObject({ error: 'not_found' })
  })

  test('forwards the largest body that the federation server takes, and no larger one', async () => {
    const push = (bytes: number) =>
      ask(proxy, proxy.ports.ta, '/jwks_update', {
        method: 'POST',
        headers: { 'content-type': 'application/jwk-set+jwt' },
        body: 'x'.repeat(bytes),
      })
    const largest = await push(64 * 1024)
    expect([largest.status, JSON.parse(largest.body).error_description]).toEqual([
      400,
      expect.stringContaining('compact form'),
    ])
    // Caddy finds out when it has begun to forward.
    expect([413, 502]).toContain((await push(64 * 1024 + 1)).status)
  })

  test('forwards 60 MB of configuration files, and refuses 70 MB with the sentence of the server', async () => {
    // As the command line does, which reads the answer while it still sends.
    const connect = { ca: await readFile(proxy.certificate) }
    const send = (megabytes: number, isChunked = false) => {
      // Each on its own connection: a proxy closes an idle one after seconds, which a busy machine needs for the text.
      const dispatcher = new Agent({ connect, localAddress: OPERATOR, allowH2: false })
      onTestFinished(() => dispatcher.close())
      const extensions = { padding: 'x'.repeat(megabytes * 1024 * 1024) }
      const text = JSON.stringify({ query: '{ viewer { username } }', extensions })
      return fetch(`https://localhost:${proxy.ports.admin}/graphql`, {
        method: 'POST',
        headers: { ...key(), ...json },
        body: isChunked ? new Blob([text]).stream() : text,
        duplex: 'half',
        dispatcher,
      })
    }
    const taken = await send(60)
    expect([taken.status, await taken.text()]).toEqual([200, expect.stringContaining('"username"')])
    for (const isChunked of [false, true]) {
      const refused = await send(70, isChunked)
      expect([refused.status, refused.headers.get('content-type'), await refused.json()]).toEqual([
        413,
        expect.stringMatching(/^application\/json/),
        {
          errors: [
            {
              message: describeTooLarge(bytes.operatorBody),
              extensions: { code: 'REQUEST_ENTITY_TOO_LARGE' },
            },
          ],
        },
      ])
    }
  })

  test('forwards a request line as long as the federation server takes', async () => {
    const resolve = (length: number) =>
      ask(proxy, proxy.ports.ta, `/resolve?${new URLSearchParams({ sub: 'x'.repeat(length) })}`)
    expect((await resolve(12 * 1024)).body).toContain('longer than 2048 bytes')
  })

  test('blocks outside clients from the admin server', async () => {
    const answer = await ask(proxy, proxy.ports.admin, '/health', { from: OUTSIDER })
    expect(answer.status).toBe(403)
    expect((await ask(proxy, proxy.ports.admin, '/health', { from: OPERATOR })).status).toBe(200)
  })

  test('forwards the real client address, and ignores the one that the client claims', async () => {
    const tmtype = `https://ta.example.org/marks/${kind}`
    const forged = {
      'x-request-id': 'chosen-by-the-client',
      'x-forwarded-for': '203.0.113.9',
      forwarded: 'for=203.0.113.9',
    }
    const created = await ask(proxy, proxy.ports.admin, '/api/v1/trustmarktypes', {
      method: 'POST',
      headers: { ...key(), ...json, ...forged },
      body: JSON.stringify({ tmtype }),
      from: OPERATOR,
    })
    expect(created.status).toBe(201)
    const path = `/api/v1/auditlog?resource=${tmtype}`
    const log = await ask(proxy, proxy.ports.admin, path, { headers: key('admin'), from: OPERATOR })
    const [entry] = JSON.parse(log.body).items
    expect(entry).toMatchObject({ address: OPERATOR, request_id: created.headers['x-request-id'] })
    // The proxy can log the same id.
    expect(entry.request_id).toMatch(/^[\w@-]{20,40}$/)
  })

  test('forwards events immediately', async () => {
    const leaf = await startLeaf(admin)
    const stream = await listen(proxy, CHANGES, { ...key(), 'x-graphql-yoga-csrf': '1' }, OPERATOR)
    await register(admin, leaf)
    await eventually(() => expect(stream.received()).toContain(leaf.id))
    stream.close()
  })

  test('redirects pages without TLS to https, but no request with a body', async () => {
    const plain = async (method: string) => {
      const outgoing = request({ port: proxy.ports.http, host: '127.0.0.1', path: '/list?x=1', method })
      outgoing.setHeader('host', 'localhost').end()
      const [response] = await once(outgoing, 'response')
      response.resume()
      return { status: response.statusCode, location: response.headers.location }
    }
    expect(await plain('GET')).toEqual({ status: 301, location: 'https://localhost/list?x=1' })
    const { status, location } = await plain('POST')
    expect([403, 405]).toContain(status)
    expect(location).toBeUndefined()
  })
})
