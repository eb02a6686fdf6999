/** Invalid input to the only endpoint that accepts anonymous forms: the status of a Trust Mark (§8.4.1, §8.9). */
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { configuredInFile, entityId } from '../trust-anchor.ts'

const ta = configuredInFile()

const post = (payload: string | Buffer, contentType = 'application/x-www-form-urlencoded') =>
  ta.app.inject({
    method: 'POST',
    url: '/trust_mark_status',
    headers: { 'content-type': contentType },
    payload,
  })

test.each([
  ['nothing', '', 400],
  ['an empty mark', 'trust_mark=', 400],
  ['a mark twice', 'trust_mark=a&trust_mark=b', 400],
  ['control characters', 'trust_mark=%00', 400],
  ['a body that is not a form', '\u0000\u0001', 400],
  ['10 MB', `trust_mark=${'x'.repeat(10 * 1024 * 1024)}`, 413],
])('refuses %s', async (_what, payload, status) => {
  const answer = await post(payload)
  expect(answer.statusCode).toBe(status)
  expect(answer.json()).toMatchObject({ error: 'invalid_request' })
})

test('refuses a body that is not a form, and names the supported type', async () => {
  const answer = await post('{"trust_mark":"a"}', 'application/json')
  expect(answer.statusCode).toBe(415)
  expect(answer.json()).toMatchObject({
    error: 'invalid_request',
    error_description: expect.stringContaining('application/x-www-form-urlencoded'),
  })
})

test('refuses a compressed form', async () => {
  const answer = await ta.app.inject({
    method: 'POST',
    url: '/trust_mark_status',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'gzip' },
    payload: gzipSync('trust_mark=a.b.c'),
  })
  expect([answer.statusCode, answer.headers['accept-encoding']]).toEqual([415, 'identity'])
  expect(answer.json()).toMatchObject({
    error: 'invalid_request',
    error_description: 'The request body must not be compressed.',
  })
})

test('reports a JWT of another type as not issued here', async () => {
  for (const jwt of [
    await ta.sign({ iss: entityId, sub: entityId }, 'entity-statement+jwt'),
    'a.b.c',
    'hello',
  ]) {
    const answer = await post(`trust_mark=${jwt}`)
    expect(answer.statusCode).toBe(404)
    expect(answer.json()).toMatchObject({ error: 'not_found' })
  }
})
