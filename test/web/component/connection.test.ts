// @vitest-environment happy-dom
/** Tests whether the console knows that the server does not answer. */
import { expect, test } from 'vitest'
import { connection } from '#lib/graphql/connection.svelte.ts'
import { noting } from '#lib/graphql/noting.ts'

const answer = (code: number, type: string) => async () =>
  new Response('', { status: code, headers: { 'content-type': type } })

test.each([
  ['no connection', () => Promise.reject(new TypeError('Failed to fetch')), true],
  ['a proxy without a server', answer(502, 'text/html'), true],
  ['an answer of the API', answer(200, 'application/json'), false],
  ['an outage behind the API', answer(503, 'application/graphql-response+json'), false],
])('notes whether the server answers: %s', async (_what, fetch, isAway) => {
  connection.answered()
  await noting(fetch)('/graphql').catch(() => undefined)
  expect(connection.unreachableSince !== undefined).toBe(isAway)
})

test('keeps the time of the first request without an answer, until there is one', async () => {
  connection.answered()
  connection.unanswered()
  const since = connection.unreachableSince
  connection.unanswered()
  expect(connection.unreachableSince).toBe(since)
  await noting(answer(200, 'application/json'))('/graphql')
  expect(connection.unreachableSince).toBeUndefined()
})
