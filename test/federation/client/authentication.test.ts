/** Client authentication with `private_key_jwt`, as the Entity Configuration declares it (§8.8). */
import { decodeJwt } from 'jose'
import { beforeEach, describe, expect, test } from 'vitest'
import { inFile, standIn } from '#test/helpers/in-file.ts'
import { post } from '../client.ts'
import { entityId } from '../trust-anchor.ts'
import { endpointsFor, requestsOf, startWithClient, type } from './endpoints.ts'

const started = inFile(startWithClient)
const ta = standIn(() => started.ta)
const client = standIn(() => started.client)

const { authenticated, setMethods } = requestsOf(() => ({ ta, client }))

const endpoints = endpointsFor(() => client.id)

describe.each(endpoints)('%s', (_name, path, parameters) => {
  test('refuses POST by default', { tags: '8.8/default' }, async () => {
    await setMethods()
    const answer = await authenticated(path, parameters())
    expect(answer.statusCode).toBe(405)
    expect(answer.headers.allow).toBe('GET, HEAD')
    expect((await ta.get(path, parameters())).statusCode).toBe(200)
  })

  test('accepts both if authentication is optional, but no anonymous POST', {
    tags: ['8.8/post', 'collection/request', 'listing/request', 'events/request'],
  }, async () => {
    await setMethods(['none', 'private_key_jwt'])
    const [get, posted] = [await ta.get(path, parameters()), await authenticated(path, parameters())]
    expect([get.statusCode, posted.statusCode]).toEqual([200, 200])
    expect(posted.headers['content-type']).toBe(get.headers['content-type'])
    expect(posted.headers['cache-control']).toBe('no-store')
    const anonymous = await post(ta.app, path, parameters())
    expect(anonymous.statusCode).toBe(401)
    expect(anonymous.json()).toMatchObject({ error: 'invalid_client' })
    expect((await ta.app.inject({ method: 'PUT', url: path })).headers.allow).toBe('GET, HEAD, POST')
  })

  test('refuses anonymous clients if authentication is required', { tags: '8.8/required' }, async () => {
    await setMethods(['private_key_jwt'])
    const answer = await ta.get(path, parameters())
    expect([answer.statusCode, answer.headers['www-authenticate']]).toEqual([401, 'private_key_jwt'])
    expect(answer.json()).toMatchObject({ error: 'invalid_client' })
    expect((await authenticated(path, parameters())).statusCode).toBe(200)
  })
})

describe('trust_mark_status', () => {
  const mark = () => ta.issueTrustMark({ type, subject: client.id })

  test('accepts POST with or without authentication, as published', { tags: '8.8/post' }, async () => {
    const trust_mark = await mark()
    for (const [methods, anonymous, withAssertion] of [
      [undefined, 200, 200],
      [['none', 'private_key_jwt'], 200, 200],
      [['private_key_jwt'], 401, 200],
    ] as const) {
      await setMethods(methods && [...methods])
      expect((await post(ta.app, '/trust_mark_status', { trust_mark })).statusCode).toBe(anonymous)
      expect((await authenticated('/trust_mark_status', { trust_mark })).statusCode).toBe(withAssertion)
    }
  })

  test('refuses an invalid assertion even if none is required', async () => {
    await setMethods(['none', 'private_key_jwt'])
    const answer = await authenticated(
      '/trust_mark_status',
      { trust_mark: await mark() },
      { claims: { exp: 1 } },
    )
    expect(answer.statusCode).toBe(401)
  })
})

describe('a resolve response', () => {
  beforeEach(() => setMethods(['none', 'private_key_jwt']))
  const parameters = () => ({ sub: client.id, trust_anchor: entityId })

  test('has only the authenticated client as its audience (§8.3.2)', {
    tags: '8.3.2/aud',
  }, async () => {
    expect(decodeJwt((await authenticated('/resolve', parameters())).body).aud).toBe(client.id)
  })

  test('has no audience for an anonymous client', { tags: '8.3.2/aud' }, async () => {
    expect(decodeJwt((await ta.get('/resolve', parameters())).body).aud).toBeUndefined()
  })
})
