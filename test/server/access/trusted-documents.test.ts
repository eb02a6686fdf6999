/** Documents by hash, and sessions that may send nothing else. */
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { adminInFile, type GraphQLAnswer, startSecondAdmin } from '#test/helpers/admin.ts'
import { folderInTest, inTest } from '#test/helpers/in-file.ts'
import { signedIn } from '#test/helpers/visitor.ts'

let now = new Date()
/** Of the console's query WaysToSignIn. */
let hash: string

const admin = adminInFile({ now: () => now }, { trustedDocuments: 'sessions' })
beforeAll(async () => {
  const documents: Record<string, string> = JSON.parse(await readFile('web/build/documents.json', 'utf8'))
  hash = Object.keys(documents).find((each) => documents[each]?.startsWith('query WaysToSignIn')) ?? ''
})
beforeEach(async () => {
  now = new Date()
  await admin.server.db.rateLimit.deleteMany()
})

const text = { query: '{ viewer { username } }' }
const hashed = (sha256Hash: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } })

type Sent = GraphQLAnswer & { status: number }

async function send(body: object, headers: Record<string, string>, url = admin.adminUrl): Promise<Sent> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-graphql-yoga-csrf': '1', ...headers },
    body: JSON.stringify(body),
  })
  return { status: response.status, ...((await response.json()) as GraphQLAnswer) }
}

const codeOf = ({ errors }: GraphQLAnswer) => errors?.[0]?.extensions?.code

/** The headers of a signed-in browser. */
async function signIn(username: string): Promise<{ cookie: string }> {
  const visitor = await signedIn(admin, username)
  return { cookie: [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
}

describe('a document by hash', () => {
  it('is executed with the rights of the caller', async () => {
    const { status, data } = await send(hashed(hash), await signIn('operator'))
    expect({ status, data }).toMatchObject({
      status: 200,
      data: { viewer: { account: { hasPassword: true } } },
    })
    expect((await send(hashed(hash), {})).data).toEqual({ viewer: null })
  })

  it('is executed for an API key too', async () => {
    const { data } = await send(hashed(hash), { 'x-api-key': admin.keys.viewer })
    expect(data).toEqual({ viewer: { account: null } })
  })

  it('that the server does not have is answered so that the console sends the text', async () => {
    const { errors } = await send(hashed('sha256:0'), await signIn('operator'))
    expect(errors?.[0]?.message).toBe('PersistedQueryNotFound')
  })

  it('is the only one in a request without a text', async () => {
    const answer = await send({ variables: {} }, await signIn('operator'))
    expect(answer).toMatchObject({
      status: 400,
      errors: [{ message: 'The request has no document. Send it as query.' }],
    })
  })
})

describe('a text', () => {
  it('is refused from a session, also beside a known hash, and by GET', async () => {
    const headers = await signIn('admin')
    for (const body of [text, { ...text, ...hashed(hash) }]) {
      const answer = await send(body, headers)
      expect({ status: answer.status, code: codeOf(answer) }).toEqual({
        status: 403,
        code: 'DOCUMENT_NOT_TRUSTED',
      })
    }
    const url = `${admin.adminUrl}/graphql?query=${encodeURIComponent(text.query)}`
    const response = await fetch(url, { headers: { ...headers, 'x-graphql-yoga-csrf': '1' } })
    expect(response.status).toBe(403)
  })

  it('is executed with an API key, and refused as before without one', async () => {
    const { data } = await send(text, { 'x-api-key': admin.keys.viewer })
    expect(data).toEqual({ viewer: { username: 'viewer' } })
    expect(codeOf(await send({ query: '{ users { totalCount } }' }, {}))).toBe('UNAUTHENTICATED')
    expect(codeOf(await send({ query: '{ users { totalCount } }' }, { 'x-api-key': 'expired' }))).toBe(
      'UNAUTHENTICATED',
    )
  })
})

describe('requestDocumentPass', () => {
  const document = `mutation { result: requestDocumentPass { __typename
    ... on RequestDocumentPassSuccess { documentPass { token expiresAt } } ... on Error { code message } } }`

  /** Asked for at another process, which takes texts. */
  async function request(headers: Record<string, string>): Promise<GraphQLAnswer> {
    const open = await inTest(startSecondAdmin(admin, { trustedDocuments: 'off' }))
    return send({ query: document }, headers, open.app.listeningOrigin)
  }

  const withPass = (headers: { cookie: string }, token: string) => ({
    ...headers,
    'inmor-document-pass': token,
  })

  it('lets the session send texts for an hour', {
    tags: ['mutation/requestDocumentPass/success', 'mutation/requestDocumentPass/audit'],
  }, async () => {
    const headers = await signIn('operator')
    const { token, expiresAt } = (await request(headers)).data.result.documentPass
    const lasts = new Date(expiresAt).getTime() - Date.now()
    expect(lasts).toBeGreaterThan(3_500_000)
    expect(lasts).toBeLessThanOrEqual(3_600_000)
    expect((await send(text, withPass(headers, token))).data).toEqual({ viewer: { username: 'operator' } })
    now = new Date(expiresAt)
    expect(codeOf(await send(text, withPass(headers, token)))).toBe('DOCUMENT_NOT_TRUSTED')
    const entry = await admin.server.db.auditEvent.findFirst({ where: { action: 'requestDocumentPass' } })
    expect(entry).toMatchObject({ actor: 'operator', outcome: 'SUCCEEDED', after: { expiresAt } })
    expect(JSON.stringify(entry)).not.toContain(token)
  })

  it('is for one session', async () => {
    const [mine, others] = [await signIn('operator'), await signIn('admin')]
    const { token } = (await request(mine)).data.result.documentPass
    expect(codeOf(await send(text, withPass(others, token)))).toBe('DOCUMENT_NOT_TRUSTED')
    expect(codeOf(await send(text, withPass(await signIn('operator'), token)))).toBe('DOCUMENT_NOT_TRUSTED')
  })

  it.each([
    ['without a signature', (token: string) => token.split('.')[0] ?? ''],
    ['with a later end', (token: string) => token.replace(/^\d+/, (end) => String(Number(end) + 60))],
    ['with another signature', (token: string) => `${token.split('.')[0]}.${'A'.repeat(43)}`],
    ['with more', (token: string) => `${token}A`],
  ])('is worth nothing %s', async (_what, change) => {
    const headers = await signIn('operator')
    const { token } = (await request(headers)).data.result.documentPass
    expect(codeOf(await send(text, withPass(headers, change(token))))).toBe('DOCUMENT_NOT_TRUSTED')
  })

  it('needs a recent sign-in', {
    tags: 'mutation/requestDocumentPass/ReauthenticationRequiredError',
  }, async () => {
    const headers = await signIn('operator')
    await admin.server.db.session.updateMany({ data: { createdAt: new Date(Date.now() - 11 * 60_000) } })
    expect((await request(headers)).data.result).toMatchObject({ code: 'REAUTHENTICATION_REQUIRED' })
  })

  it('is not for API keys, which need none', async () => {
    expect(codeOf(await request({ 'x-api-key': admin.keys.admin }))).toBe('FORBIDDEN')
  })
})

it('does not start without the documents of the console', async () => {
  const folder = await folderInTest('inmor-console')
  await expect(
    startSecondAdmin(admin, { trustedDocuments: 'sessions' }, { consoleRoot: folder }),
  ).rejects.toThrow('TRUSTED_DOCUMENTS=sessions needs the documents of the console: run npm run build.')
})

it('trusts the documents of a console that is built after the start', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'inmor-console-'))
  const overrides = { consoleRoot: folder, isConsoleBeingBuilt: () => true }
  const second = await startSecondAdmin(admin, { trustedDocuments: 'sessions' }, overrides)
  onTestFinished(async () => {
    await second.close()
    await rm(folder, { recursive: true })
  })
  const url = second.app.listeningOrigin
  const headers = await signIn('operator')
  expect(codeOf(await send(hashed(hash), headers, url))).toBe('PERSISTED_QUERY_NOT_IN_LIST')
  expect(codeOf(await send(text, headers, url))).toBe('DOCUMENT_NOT_TRUSTED')
  await cp('web/build/documents.json', join(folder, 'documents.json'))
  expect(await send(hashed(hash), headers, url)).toMatchObject({
    status: 200,
    data: { viewer: { account: { hasPassword: true } } },
  })
})
