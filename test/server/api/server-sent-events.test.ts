/**
 * An audit of server-sent events: how a subscription is answered (GraphQL over Server-Sent Events, distinct connections),
 * and what an EventSource understands.
 */
import { describe, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { openStream, type Stream } from './event-stream.ts'

const admin = adminInFile()

const query = 'subscription Tags($anchor: String) { alertsChanged(anchor: $anchor) { code } }'

function open(body: object, options: { method?: 'GET' | 'POST'; accept?: string } = {}): Promise<Stream> {
  return openStream(`${admin.adminUrl}/graphql`, body, { key: admin.keys.admin, ...options })
}

describe.each(['POST', 'GET'] as const)('a subscription by %s', (method) => {
  it('is answered with 200 and text/event-stream', async () => {
    const stream = await open({ query }, { method })
    expect(stream.status).toBe(200)
    expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream\b/)
  })

  it('is kept by no cache, and held back by no proxy', async () => {
    const { headers } = await open({ query }, { method })
    expect(headers.get('cache-control')).toContain('no-cache')
    expect(headers.get('x-accel-buffering')).toBe('no')
    expect(headers.get('content-encoding') ?? 'none').toBe('none')
  })

  it('sends each result as an event next, whose data is one line of JSON', async () => {
    const stream = await open({ query }, { method })
    const { event, data, lines } = await stream.next()
    expect({ event, lines }).toEqual({ event: 'next', lines: 1 })
    expect(JSON.parse(data)).toEqual({ data: { alertsChanged: expect.any(Array) } })
  })

  it('takes variables and the name of the operation', async () => {
    const body = { query, operationName: 'Tags', variables: { anchor: 'main' } }
    const stream = await open(body, { method })
    expect(JSON.parse((await stream.next()).data)).toHaveProperty('data.alertsChanged')
    const refused = await open({ ...body, variables: { anchor: 'nowhere' } }, { method })
    expect(JSON.parse((await refused.next()).data)).toHaveProperty('errors.0.extensions.code')
  })

  it('is kept alive by comments', async () => {
    const stream = await open({ query }, { method })
    await stream.next()
    expect(await stream.comment()).toBe(':')
  })

  it.each([
    ['a faulty document', '{', 'GRAPHQL_PARSE_FAILED'],
    ['a field that is not there', 'subscription { nothing }', 'GRAPHQL_VALIDATION_FAILED'],
  ])('answers %s with the error, then ends', async (_what, faulty, code) => {
    const stream = await open({ query: faulty }, { method })
    const { event, data } = await stream.next()
    expect(event).toBe('next')
    expect(JSON.parse(data)).toHaveProperty('errors.0.extensions.code', code)
    expect(await stream.next()).toMatchObject({ event: 'complete', data: '' })
    expect(await stream.isOver()).toBe(true)
  })

  it('needs an Accept header that admits events', async () => {
    const stream = await open({ query }, { method, accept: 'application/json' })
    expect(stream.status).toBe(406)
    expect(await stream.json()).toEqual({
      errors: [
        {
          message: 'The Accept header names no type of this answer. Send Accept: text/event-stream.',
          extensions: { code: 'NOT_ACCEPTABLE' },
        },
      ],
    })
  })
})

it('a query can be answered as events: one result, then the end', async () => {
  const stream = await open({ query: '{ trustAnchor { slug } }' })
  expect(JSON.parse((await stream.next()).data)).toEqual({ data: { trustAnchor: { slug: 'main' } } })
  expect(await stream.next()).toMatchObject({ event: 'complete', data: '' })
  expect(await stream.isOver()).toBe(true)
})

it('a mutation is refused by GET', async () => {
  const stream = await open({ query: 'mutation { __typename }' }, { method: 'GET' })
  expect(stream.status).toBe(405)
})

it('a subscription whose key is revoked ends with the event complete', async () => {
  const input = { name: 'revoked soon', username: 'viewer' }
  const { apiKey, key } = await admin.mutate('createApiKey', input, 'key apiKey { id }', 'admin')
  const stream = await openStream(`${admin.adminUrl}/graphql`, { query }, { key })
  await stream.next()
  await admin.mutate('revokeApiKey', { id: apiKey.id }, 'id', 'admin')
  expect(await stream.next()).toMatchObject({ event: 'complete', data: '' })
  expect(await stream.isOver()).toBe(true)
})
