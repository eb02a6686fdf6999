import { expect, test } from 'vitest'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { configuredInFile, entityId } from '../trust-anchor.ts'
import { verified } from '../verify.ts'

const ta = configuredInFile()

test('sends the Subordinate Statement about the subject (§8.1.2)', {
  tags: ['3/typ', '8/unknown-parameters', '8.1/statements', '8.1.2/response', '15/media-types'],
}, async () => {
  const id = 'https://rp.example'
  await ta.publishSubordinate({ id })
  const answer = await ta.get('/fetch', { sub: id, iss: 'https://ignored.example' })
  expect(answer.statusCode).toBe(200)
  expect(answer.headers['content-type']).toBe('application/entity-statement+jwt')
  const { payload } = await verified(answer.body, { keys: ta.jwks, typ: 'entity-statement+jwt' })
  expect(payload).toMatchObject({ iss: entityId, sub: id })
})

test('identifiers are compared code point by code point (§16)', { tags: '16/code-points' }, async () => {
  await ta.publishSubordinate({ id: 'https://exact.example' })
  expect((await ta.get('/fetch', { sub: 'https://exact.example/' })).statusCode).toBe(404)
})

const refusals: [what: string, query: string, status: number, error: string][] = [
  proves(['an unknown subject', 'sub=https%3A%2F%2Fnobody.example', 404, 'not_found'], '8.1.2/response'),
  proves(['no subject', '', 400, 'invalid_request'], '8.1.1/request'),
  ['an empty subject', 'sub=', 400, 'invalid_request'],
  proves(
    ['the Trust Anchor itself', `sub=${encodeURIComponent(entityId)}`, 400, 'invalid_request'],
    '8.1.2/response',
  ),
  ['a repeated subject', 'sub=https%3A%2F%2Fa.example&sub=https%3A%2F%2Fb.example', 400, 'invalid_request'],
  ['text that is not a URL', 'sub=hello', 400, 'invalid_request'],
  ['a fragment', 'sub=https%3A%2F%2Fa.example%2F%23x', 400, 'invalid_request'],
  ['control characters', 'sub=https%3A%2F%2Fa.example%2F%00', 400, 'invalid_request'],
  [
    'an identifier over 2048 bytes',
    `sub=https%3A%2F%2Fa.example%2F${'a'.repeat(2048)}`,
    400,
    'invalid_request',
  ],
]

eachRow(refusals)('refuses %s', { tags: '8.9/errors' }, async (_what, query, status, error) => {
  const answer = await ta.app.inject({ url: `/fetch?${query}` })
  expect(answer.statusCode).toBe(status)
  expect(answer.headers['content-type']).toBe('application/json')
  expect(answer.json()).toEqual({ error, error_description: expect.stringMatching(/\w/) })
})

test('sends the new statement as soon as it is published', async () => {
  const id = 'https://changing.example'
  const first = await ta.publishSubordinate({ id })
  expect((await ta.get('/fetch', { sub: id })).body).toBe(first)
  const second = await ta.publishSubordinate({ id, statement: { metadata_policy: {} } })
  expect((await ta.get('/fetch', { sub: id })).body).toBe(second)
})

test('does not find a removed subordinate, and finds one that is registered after a request', async () => {
  const id = 'https://leaving.example'
  expect((await ta.get('/fetch', { sub: id })).statusCode).toBe(404)
  await ta.publishSubordinate({ id })
  expect((await ta.get('/fetch', { sub: id })).statusCode).toBe(200)
  await ta.removeSubordinate(id)
  expect((await ta.get('/fetch', { sub: id })).statusCode).toBe(404)
})

test('does not send an expired statement', async () => {
  const id = 'https://old.example'
  await ta.publishSubordinate({ id, exp: ta.now() - 1 })
  const answer = await ta.get('/fetch', { sub: id })
  expect(answer.statusCode).toBe(404)
  expect(answer.json().error_description).toContain('expired')
})
