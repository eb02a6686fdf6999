/** The console's own rules: one door to the server, and readable components. */
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../web/src/', import.meta.url))
const sources = globSync('**/*.{ts,svelte}', { cwd: root })
  .filter((path) => !path.startsWith('lib/gql/'))
  .map((path) => ({ path, text: readFileSync(root + path, 'utf8') }))

/** The modules that send requests: the GraphQL API, its subscriptions, operations of the user, sign-in. */
const clients = new Set([
  'lib/graphql/client.ts',
  'lib/graphql/document.ts', // what the client sends
  'lib/graphql/watch.ts',
  'lib/graphiql/send.ts',
  'lib/auth/request.ts',
])

/** A call, not the `fetch` that a load hands to the client. */
const asksTheServer = /\b\$?fetch\(|\bnew (?:WebSocket|EventSource|XMLHttpRequest)\b|\bsendBeacon\(/
const clientPackages = /from '(?:@urql\/core|graphql-sse|better-auth|@better-auth)[^']*'/

const asks = (text: string) => asksTheServer.test(text) || clientPackages.test(text)

test('sends requests from the client modules only', () => {
  const asking = sources.filter(({ text }) => asks(text)).map(({ path }) => path)
  expect(asking.toSorted()).toEqual([...clients].toSorted())
})

test.each([
  ['await fetch("/graphql")', true],
  ['new EventSource(url)', true],
  ["import { Client } from '@urql/core'", true],
  ['read(fetch, Page, {})', false],
])('the rule sees %s: %s', (text, expected) => {
  expect(asks(text)).toBe(expected)
})

test('has no component above 200 lines', () => {
  const long = sources.filter(({ path, text }) => path.endsWith('.svelte') && text.split('\n').length > 201)
  expect(long.map(({ path }) => path)).toEqual([])
})
