/** Tests the limits of a request, and its errors. */
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { bytes, describeTooLarge } from '#federation/http/limits.ts'
import { startAdminServer } from '#server/process/start.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { inTest } from '#test/helpers/in-file.ts'
import { freePort } from '#test/helpers/port.ts'

const admin = adminInFile()

const VIEWER = '{ viewer { username } }'

function post(body: string, more: Record<string, string> = {}): Promise<Response> {
  const headers = { 'content-type': 'application/json', 'x-api-key': admin.keys.admin, ...more }
  return fetch(`${admin.adminUrl}/graphql`, { method: 'POST', headers, body })
}

const repeat = (times: number, text: (index: number) => string) =>
  Array.from({ length: times }, (_, i) => text(i)).join(' ')

it('shows the schema to signed-in callers only', async () => {
  const query = '{ __schema { queryType { name } } }'
  expect((await admin.execute(query, {}, 'viewer')).data).toEqual({
    __schema: { queryType: { name: 'Query' } },
  })
  const refused = await admin.execute(query, {}, null)
  expect(refused.data).toBeUndefined()
  expect(refused.errors?.[0]?.message).toMatch(/introspection/i)
})

it('suggests names of the schema to signed-in callers only', async () => {
  const messageFor = async (role: 'viewer' | null) => {
    const { errors } = await admin.execute('{ viewr { username } }', {}, role)
    return errors?.map(({ message }) => message).join()
  }
  expect(await messageFor('viewer')).toMatch(/Cannot query field "viewr".*Did you mean "viewer"/)
  expect(await messageFor(null)).toBe('Cannot query field "viewr" on type "Query".')
})

it.each([
  ['too deep', () => `{ ${'node(id: "x") { '.repeat(13)} id ${'}'.repeat(13)} }`, /depth/i],
  ['of too many aliases', () => `{ ${repeat(31, (i) => `a${i}: viewer { role }`)} }`, /alias/i],
  ['of too many tokens', () => `{ ${repeat(1200, () => 'viewer { role }')} }`, /token/i],
  [
    'of too many directives',
    () => `{ viewer ${repeat(31, () => '@include(if: true)')} { role } }`,
    /directive/i,
  ],
])('refuses a document %s', async (_what, query, message) => {
  const { data, errors } = await admin.execute(query())
  expect(data).toBeUndefined()
  expect(errors?.[0]?.message).toMatch(message)
})

const MEGABYTE = 1024 * 1024

/** In the format of GraphQL. */
const tooLarge = (limit: number) => ({
  errors: [{ message: describeTooLarge(limit), extensions: { code: 'REQUEST_ENTITY_TOO_LARGE' } }],
})

it.each<[who: string, key: () => string]>([
  ['no key', () => ''],
  ['the key of a viewer', () => admin.keys.viewer],
])('refuses a body of more than a megabyte with %s', async (_who, key) => {
  const body = JSON.stringify({ query: VIEWER, padding: 'x'.repeat(MEGABYTE) })
  const response = await post(body, { 'x-api-key': key() })
  expect([response.status, await response.json()]).toEqual([413, tooLarge(bytes.adminBody)])
})

it('refuses a body of more than 64 megabytes, and takes a smaller one of an operator', async () => {
  const large = (megabytes: number) =>
    JSON.stringify({ query: VIEWER, extensions: { padding: 'x'.repeat(megabytes * MEGABYTE) } })
  const refused = await post(large(64))
  expect([refused.status, await refused.json()]).toEqual([413, tooLarge(bytes.operatorBody)])
  for (const megabytes of [2, 63]) expect((await post(large(megabytes))).status).toBe(200)
})

it('refuses a large body outside of GraphQL with the same sentence', async () => {
  const headers = { 'content-type': 'application/json', 'x-api-key': admin.keys.admin }
  const body = JSON.stringify({ tmtype: 'x'.repeat(MEGABYTE) })
  const response = await fetch(`${admin.adminUrl}/api/v1/trustmarktypes`, { method: 'POST', headers, body })
  expect([response.status, await response.json()]).toEqual([
    413,
    { message: describeTooLarge(bytes.adminBody), id: 0 },
  ])
})

it.each([
  ['no JSON', '{"query": '],
  ['an empty body', ''],
  ['a list of operations', JSON.stringify([{ query: VIEWER }, { query: VIEWER }])],
  ['no document', '{}'],
])('takes %s for the client’s fault', async (_what, body) => {
  const response = await post(body)
  expect(response.status).toBeGreaterThanOrEqual(400)
  expect(response.status).toBeLessThan(500)
  expect(await response.text()).not.toContain('INTERNAL')
})

it('reports that a document cannot be parsed', async () => {
  const { errors } = await admin.execute('{ viewer ')
  expect(errors).toEqual([expect.objectContaining({ extensions: { code: 'GRAPHQL_PARSE_FAILED' } })])
})

it.each(['auditEvent', 'trustMark'])('finds no %s for an invalid id', async (field) => {
  expect(await admin.execute(`{ ${field}(id: "rubbish") { id } }`)).toEqual({ data: { [field]: null } })
})

it('changes nothing by GET', async () => {
  const query = encodeURIComponent('mutation { regenerateEntityConfiguration { __typename } }')
  const response = await fetch(`${admin.adminUrl}/graphql?query=${query}`, {
    headers: { 'x-api-key': admin.keys.admin },
  })
  expect(response.status).toBe(405)
})

it('reports only a reference for an unexpected failure', async () => {
  const { db } = admin.server
  await db.$executeRaw`ALTER TABLE "TrustMark" RENAME TO "Elsewhere"`
  try {
    const { errors } = await admin.execute('{ trustMarks { edges { node { id } } } }')
    expect(errors).toEqual([
      expect.objectContaining({
        message: expect.stringMatching(
          /^Unexpected error\. The server log has the details under [0-9a-f-]{36}\.$/,
        ),
        extensions: { code: 'INTERNAL', reference: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      }),
    ])
  } finally {
    await db.$executeRaw`ALTER TABLE "Elsewhere" RENAME TO "TrustMark"`
  }
})

it('sends the id of the request in each answer, and forbids framing', async () => {
  const response = await post(JSON.stringify({ query: VIEWER }), { 'x-request-id': 'chosen-by-a-outsider' })
  expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
})

it.each(['/', '/graphql', '/health', '/api/v1/subordinates', '/nowhere'])(
  'sends the security headers for %s',
  async (path) => {
    const { headers } = await fetch(`${admin.adminUrl}${path}`)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('x-frame-options')).toBeTruthy()
    expect(headers.get('x-powered-by')).toBeNull()
  },
)

it('lets only its own pages frame the files of the console', async () => {
  const { headers } = await fetch(`${admin.adminUrl}/_app/any`)
  expect(headers.get('content-security-policy')).toBe("frame-ancestors 'self'")
})

it('lets only pages of named origins read answers', async () => {
  const ask = async (origin: string) => {
    const { headers } = await fetch(`${admin.adminUrl}/health`, { headers: { origin } })
    return headers.get('access-control-allow-origin')
  }
  expect(await ask(admin.adminUrl)).toBe(admin.adminUrl)
  expect(await ask('https://elsewhere.example')).toBeNull()
})

it.each([
  ['that TRUST_PROXY does not name', [], 1],
  ['that it names', ['loopback'], 0],
] as const)('logs once that it is behind a proxy %s', async (_what, trustedProxies, count) => {
  const lines: { proxy?: string; msg: string }[] = []
  const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const config = { ...admin.config, port: await freePort(), trustedProxies: [...trustedProxies] }
  await inTest(startAdminServer(config, logger))
  for (const address of ['192.0.2.1', '192.0.2.2'])
    await fetch(`http://127.0.0.1:${config.port}/health`, { headers: { 'x-forwarded-for': address } })
  const found = lines.filter(({ msg }) => msg.includes('TRUST_PROXY'))
  expect(found).toHaveLength(count)
  if (count > 0) expect(found).toMatchObject([{ proxy: '127.0.0.1' }])
})
