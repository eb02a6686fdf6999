/** Tests the code that the playground writes: it is run, and the server receives the operation unchanged. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { parse, print } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Call } from '#lib/playground/snippet/call.ts'
import { languages } from '#lib/playground/snippet.ts'

const run = promisify(execFile)
const KEY = 'a key with $signs and "quotes"'

const received: { request: IncomingMessage; body: Record<string, unknown> }[] = []
/** Answers as Yoga does: what it accepts decides between JSON and events. */
const server = createServer(async (request, response) => {
  received.push({ request, body: JSON.parse(await text(request)) })
  const isStream = request.headers.accept === 'text/event-stream'
  response.setHeader('content-type', isStream ? 'text/event-stream' : 'application/json')
  if (!isStream) return response.end('{"data":{"answer":"ü😀"}}')
  response.write(':\n\nevent: next\ndata: {"data":{"event":"ü"}}\n\n')
  return response.end('event: next\ndata: {"data":{"event":2}}\n\nevent: complete\ndata:\n\n')
})
let url: string
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`
})
afterAll(() => server.close())

const programs: Record<string, (code: string) => readonly [string, string[]]> = {
  curl: (code) => ['sh', ['-e', '-c', code]],
  fetch: (code) => [process.execPath, ['--input-type=module', '-e', code]],
  Python: (code) => ['python3', ['-c', code]],
}

async function send(name: string, call: Partial<Call>) {
  const language = languages.find((each) => each.name === name)
  const [program = '', args = []] = programs[name]?.(language?.write({ ...plain, url, ...call }) ?? '') ?? []
  received.length = 0
  const { stdout } = await run(program, args, { env: { PATH: process.env.PATH, INMOR_KEY: KEY } })
  const [only, ...others] = received
  expect(others).toEqual([])
  return { stdout, headers: only?.request.headers, body: only?.body }
}

const plain: Call = {
  url: '',
  anchor: undefined,
  query: '{ viewer { username } }',
  variables: undefined,
  operationName: undefined,
  isSubscription: false,
}

const difficult = [
  `{ a(b: "it's \\"quoted\\" \\\\ \\u00e9 é 😀 \`tick\` \${x} $HOME $(id) %s") }`,
  'query A(\n  $b: ID! # a comment, it\'s "here"\n) {\n\ta(b: $b)\r\n}\n',
  '{ a(b: """\n  a block "with" \\""" and \'\'\'\n  two lines\\\n""") }',
  '{ a(b: "ends with a quote: \\"") } # "',
]

const variables = {
  text: `it's "quoted" \\ \n\r\t é 😀 \u2028 \${x} $HOME \`tick\` """ '''`,
  'a name with "quotes"': [true, false, null, 0, -1.5, 1e21, [], {}, [[]]],
  nested: { deeper: { list: [{ a: 1 }, { b: 'c' }] } },
}

/** The same document, apart from white space and comments. */
const sameDocument = (one: unknown, other: string) =>
  expect(print(parse(String(one)))).toBe(print(parse(other)))

describe.each(languages)('as $name', ({ name }) => {
  test.each(difficult)('sends %j', async (query) => {
    const { body, stdout, headers } = await send(name, { query, variables })
    if (name === 'curl') sameDocument(body?.query, query)
    else expect(body?.query).toBe(query)
    expect(body).toEqual({ query: expect.any(String), variables })
    expect(headers).toMatchObject({ 'x-api-key': KEY, 'content-type': 'application/json' })
    expect(headers).not.toHaveProperty('inmor-anchor')
    expect(JSON.parse(stdout)).toEqual({ data: { answer: 'ü😀' } })
  })

  test('names the anchor and the operation, and sends no variables where there are none', async () => {
    const query = 'query A { a } query B { b }'
    const { body, headers } = await send(name, { query, anchor: 'test', operationName: 'B' })
    expect(body).toEqual({ query: expect.any(String), operationName: 'B' })
    expect(headers).toMatchObject({ 'inmor-anchor': 'test' })
  })

  test('prints the events of a subscription', async () => {
    const { stdout, headers } = await send(name, { query: 'subscription { a }', isSubscription: true })
    expect(headers?.accept).toBe('text/event-stream')
    expect(stdout.match(/event['"]?: ?['"]?(ü|2)/g)).toHaveLength(2)
  })

  test('has a placeholder for the key', () => {
    const code = languages.find((each) => each.name === name)?.write({ ...plain, url }) ?? ''
    expect(code).toContain('INMOR_KEY')
  })
})
