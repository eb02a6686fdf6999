/** Tests what docs/examples/README.md says that a script sees of each failure, with every client. */
import { createServer } from 'node:http'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { makeAnchor } from '#test/helpers/anchor.ts'
import { inTest } from '#test/helpers/in-file.ts'
import { registerMany } from '#test/helpers/many-entities.ts'
import { eventually } from '#test/helpers/product.ts'
import { startRelay } from '#test/helpers/relay.ts'
import { Inmor } from '../../docs/examples/typescript/inmor.ts'
import { AlertsChanged } from '../../docs/examples/typescript/operations.ts'
import { addAdministrators, type People, protect } from '../server/protection/people.ts'
import { cookbookLanguages, type Environment, play } from './example.ts'
import { documented, linesOf, seen, seenByCurl, startFaults } from './seen.ts'

const admin = adminInFile()

const environment = (key = admin.keys.viewer, url = admin.adminUrl): Environment => ({
  INMOR_URL: url,
  INMOR_KEY: key,
})

const clients = ['TypeScript', 'Python'] as const
type Client = (typeof clients)[number]

const LOST = { TypeScript: 'ConnectionError', Python: 'LostConnection' } as const

/** A key of an operator that has expired. */
async function expiredKey(): Promise<string> {
  const { key, apiKey } = await admin.mutate(
    'createApiKey',
    { username: 'operator', name: `expired ${Math.random()}`, days: 1 },
    'key apiKey { id }',
    'admin',
  )
  await expire(apiKey.id)
  return key
}
async function expire(id: string): Promise<void> {
  const expiresAt = new Date(Date.now() - 1000)
  const [, row = id] = atob(id).split(':')
  await admin.server.db.apikey.update({ where: { id: row }, data: { expiresAt } })
}

const anyText = expect.any(String)
const LIST = 'query ($first: Int) { list: subordinates(first: $first) { totalCount } }'

describe.each([
  [
    'a misspelt field',
    '{ trustAnchor { entityID } }',
    {},
    'GRAPHQL_VALIDATION_FAILED',
    {},
    'Did you mean "entityId"',
  ],
  ['a wrong type', LIST, { first: 'ten' }, 'INVALID_INPUT', { path: ['first'] }, 'Enter a whole number.'],
  [
    'a missing right',
    'mutation { startEvaluation { __typename } }',
    {},
    'FORBIDDEN',
    {},
    'the role viewer does not allow',
  ],
])('%s', (what, document, variables, code, details, message) => {
  test('is documented', async () =>
    expect(await documented(what)).toContain(`\`RequestError\` with the code \`${code}\``))

  test.each(clients)('is a RequestError with the code in %s', async (client) => {
    const [error] = await seen(client, 'request', document, variables, environment())
    expect(error).toEqual(['error', 'RequestError', code, details, expect.stringContaining(`${code}: `)])
    expect(error?.at(-1)).toContain(message)
  })

  test('is printed by the functions for curl, which return 1', async () => {
    const [line, returned] = await seenByCurl('request', document, variables, environment())
    expect(line).toMatch(`${code}: `)
    expect(line).toContain(message)
    expect(returned).toBe('returned 1')
  })
})

describe('an expired key', () => {
  const sentence = 'UNAUTHENTICATED: Sign in, or send an API key.'
  test('is documented', async () => expect(await documented('an expired key')).toContain('`UNAUTHENTICATED`'))

  test.each(clients)('is a RequestError in %s, also at the start of a subscription', async (client) => {
    const by = environment(await expiredKey())
    const error = ['error', 'RequestError', 'UNAUTHENTICATED', {}, sentence]
    expect(await seen(client, 'request', LIST, {}, by)).toEqual([error])
    expect(await seen(client, 'subscription', 'subscription { alertsChanged { id } }', {}, by)).toEqual([
      error,
    ])
  })

  test('is printed by the functions for curl, which return 1', async () => {
    const by = environment(await expiredKey())
    const printed = [sentence, 'returned 1']
    expect(await seenByCurl('request', LIST, {}, by)).toEqual(printed)
    expect(await seenByCurl('subscription', 'subscription { alertsChanged { id } }', {}, by)).toEqual(printed)
  })
})

test.each(clients)(
  'a lost subscription goes on in %s, and says so; a refused key ends it',
  async (client) => {
    const relay = await inTest(startRelay(admin.adminUrl))
    const { key, apiKey } = await admin.mutate(
      'createApiKey',
      { username: 'viewer', name: `subscription ${client}` },
      'key apiKey { id }',
      'admin',
    )
    const document = 'subscription { alertsChanged { id } }'
    const program = startFaults(client, 'subscription', document, {}, environment(key, relay.url))
    const present = ['event', { alertsChanged: expect.any(Array) }]
    await eventually(() => expect(linesOf(program.stdout())).toEqual([present]))
    relay.cut()
    const again = [present, ['reconnected'], present]
    await eventually(() => expect(linesOf(program.stdout())).toEqual(again))
    await expire(apiKey.id)
    await program.ended
    expect(linesOf(program.stdout()).slice(0, 3)).toEqual(again)
    expect(linesOf(program.stdout()).at(-1)).toEqual([
      'error',
      'RequestError',
      'UNAUTHENTICATED',
      {},
      anyText,
    ])
  },
)

test('a signal ends a subscription in TypeScript', async () => {
  const [stop, inmor] = [new AbortController(), new Inmor({ url: admin.adminUrl, key: admin.keys.viewer })]
  const events = inmor.subscribe(AlertsChanged, {}, { signal: stop.signal })
  expect((await events.next()).value).toEqual({ alertsChanged: expect.any(Array) })
  stop.abort()
  expect(await events.next()).toEqual({ done: true, value: undefined })
})

describe('without an answer of GraphQL', () => {
  /** A proxy whose server is away. */
  async function startBroken(): Promise<string> {
    const server = createServer((_request, response) => response.writeHead(502).end('<h1>Bad Gateway</h1>'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    return `http://127.0.0.1:${(server.address() as { port: number }).port}`
  }

  test.each(clients)(
    '%s tells a proxy from a lost connection, also at the start of a subscription',
    async (client) => {
      expect(await documented('a lost connection')).toContain(`\`${LOST[client]}\` in ${client}`)
      const [proxy, nothing] = [
        environment('key', await startBroken()),
        environment('key', 'http://127.0.0.1:9'),
      ]
      for (const what of ['request', 'subscription'] as const) {
        const [http] = await seen(client, what, LIST, {}, proxy)
        expect(http?.slice(0, 3)).toEqual(['error', 'HttpError', 502])
        const [lost] = await seen(client, what, LIST, {}, nothing)
        expect(lost?.slice(0, 3)).toEqual(['error', LOST[client], null])
      }
    },
  )

  test('the functions for curl return 2', async () => {
    const [proxy, nothing] = [
      environment('key', await startBroken()),
      environment('key', 'http://127.0.0.1:9'),
    ]
    for (const by of [proxy, nothing])
      for (const what of ['request', 'subscription'] as const)
        expect((await seenByCurl(what, LIST, {}, by)).at(-1)).toBe('returned 2')
  })
})

test.each(clients)('an expected refusal of a mutation is a result in %s', async (client) => {
  const document =
    'mutation ($input: RemoveSubordinateInput!) { removeSubordinate(input: $input) { __typename ... on Error { code message path } } }'
  const by = environment(admin.keys.operator)
  const refused = await seen(client, 'mutation', document, { input: { id: btoa('Subordinate:99') } }, by)
  expect(refused).toEqual([['outcome', 'Refused']])
})

describe('a page that moves', () => {
  const MEMBERS =
    'query ($first: Int!, $after: String) { list: subordinates(first: $first, after: $after) { edges { node { id entityId } } pageInfo { hasNextPage endCursor } } }'

  test.each(clients)('lacks nothing in %s, also when its last entry is removed', async (client: Client) => {
    await admin.server.db.subordinate.deleteMany()
    const { ids, close } = await registerMany(admin.server.db, admin.entityId, 102)
    onTestFinished(close)
    const all = ids.toSorted()
    const by = environment(admin.keys.operator)
    // One that was read is removed: the others follow, each once.
    expect(await seen(client, 'pages', MEMBERS, { remove: 50 }, by)).toEqual([['end', all]])
    const left = all.toSpliced(50, 1)
    expect(await seen(client, 'pages', MEMBERS, { remove: 99 }, by)).toEqual([['end', left]])
  })
})

let people: People | undefined

/** A key of an administrator who needs a second person. */
async function makePipelineKey(name: string): Promise<string> {
  people ??= await addAdministrators(admin)
  await protect(admin, [])
  const input = { username: 'alice', name: `pipeline ${name}` }
  return (await people.alice.visitor.mutate('createApiKey', input, 'key')).key
}

test.each(cookbookLanguages)('a key whose change needs a second person waits, in %s', async (language) => {
  const key = await makePipelineKey(language)
  await play(language, 'rotate-key', ['ES256', '0'], environment(key))
  await protect(admin, ['ANCHOR'])
  const { code, stdout } = await play(
    language,
    'rotate-key',
    ['ES256', '0', '--now', 'A drill.'],
    environment(key),
  )
  expect(code).toBe(3)
  expect(stdout).toMatch(/^APPROVAL_REQUIRED: A second person must approve this change\. .* \([\w=]+\)\n$/)
  await protect(admin, [])
})

test.each(clients)('a change that needs a second person has its id, in %s', async (client) => {
  const key = await makePipelineKey(`client ${client}`)
  await protect(admin, ['ANCHOR'])
  const document =
    'mutation ($input: UpdateTrustAnchorInput!) { updateTrustAnchor(input: $input) { __typename } }'
  const variables = { input: { organizationName: client } }
  const details = expect.objectContaining({ approval: anyText })
  expect(await seen(client, 'request', document, variables, environment(key))).toEqual([
    ['error', 'RequestError', 'APPROVAL_REQUIRED', details, anyText],
  ])
  await protect(admin, [])
})

describe('where there are several anchors, INMOR_ANCHOR names one', () => {
  beforeAll(() => makeAnchor(admin, 'other'))
  const without = () => environment(admin.keys.admin)
  const by = () => ({ ...without(), INMOR_ANCHOR: 'other' })

  test.each(cookbookLanguages)('in %s', async (language) => {
    const file = `${admin.config.keysDirectory}/${language}.jsonl`
    const refused = await play(language, 'export-members', [file], without())
    expect(refused.code, refused.stdout).toBe(1)
    expect(refused.stderr).toContain('ANCHOR_REQUIRED')
    const exported = await play(language, 'export-members', [file], by())
    expect(exported).toMatchObject({ code: 0, stdout: 'Exported 0 members.\n' })
    const mirrored = await play(language, 'mirror-audit-log', [`${file}.audit`], by())
    expect(mirrored).toMatchObject({ code: 0, stdout: 'Mirrored 0 entries.\n' })
  })

  test.each(clients)('in the client for %s', async (client) => {
    const [refused] = await seen(client, 'request', LIST, {}, without())
    expect(refused?.slice(0, 3)).toEqual(['error', 'RequestError', 'ANCHOR_REQUIRED'])
    expect(await seen(client, 'request', LIST, {}, by())).toEqual([['data', { list: { totalCount: 0 } }]])
  })
})
