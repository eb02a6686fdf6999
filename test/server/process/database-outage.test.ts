/** Tests requests while PostgreSQL is unavailable: the answer names the cause and when to retry. */
import { expect, it } from 'vitest'
import { PASSWORD, startAdmin } from '#test/helpers/admin.ts'
import { inTest } from '#test/helpers/in-file.ts'

it('is reported to callers with a key and callers with a session', {
  tags: 'fault/postgres-away',
}, async () => {
  const admin = await inTest(startAdmin())
  const signIn = await fetch(`${admin.adminUrl}/api/auth/sign-in/username`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: admin.adminUrl },
    body: JSON.stringify({ username: 'admin', password: PASSWORD }),
  })
  const cookie = signIn.headers.getSetCookie().map((each) => each.split(';')[0])
  expect(cookie).not.toEqual([])
  await admin.database.close()

  const ask = (query: string, headers: Record<string, string>) =>
    fetch(`${admin.adminUrl}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-graphql-yoga-csrf': '1', ...headers },
      body: JSON.stringify({ query }),
    })
  const documents = [
    '{ subordinates { totalCount } }',
    'mutation { createTrustMarkType(input: {type: "https://ta.example.org/marks/member"}) { __typename } }',
  ]
  for (const headers of [{ 'x-api-key': admin.keys.admin }, { cookie: cookie.join('; ') }]) {
    for (const document of documents) {
      const response = await ask(document, headers)
      expect(response.status).toBe(503)
      expect(response.headers.get('retry-after')).toBe('5')
      const { errors } = (await response.json()) as { errors: unknown[] } // as GraphQL answers
      expect(errors).toEqual([
        expect.objectContaining({
          message: 'The database is unreachable. Try again in a moment.',
          extensions: { code: 'UNAVAILABLE' },
        }),
      ])
    }
  }

  const signInAgain = ['/api/auth/sign-in/username', { username: 'admin', password: PASSWORD }] as const
  for (const [path, body] of [
    signInAgain,
    ['/api/auth/sign-out', {}],
    ['/api/auth/get-session', null],
  ] as const) {
    const response = await fetch(`${admin.adminUrl}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { 'content-type': 'application/json', origin: admin.adminUrl, cookie: cookie.join('; ') },
      body: body && JSON.stringify(body),
    })
    expect(response.status, path).toBe(503)
    expect(response.headers.get('retry-after')).toBe('5')
    const message = 'The database is unreachable. Try again in a moment.'
    expect(await response.json()).toEqual({ code: 'UNAVAILABLE', message })
  }
})
