/** Simulates a browser user: keeps cookies, sends the console's headers, signs in and queries. */
import { createHmac, randomUUID } from 'node:crypto'
import type { GraphQLAnswer, TestAdmin } from '#test/helpers/admin.ts'
import { mutationOf, successOf } from '#test/helpers/mutation.ts'
import { PASSWORD } from '#test/helpers/users.ts'

// biome-ignore lint/suspicious/noExplicitAny: the test defines the shape of the body
type Body = any

export type Answer = { status: number; body: Body; headers: Headers }

export type Visitor = {
  /** An endpoint below /api/auth; with a body it is posted. */
  auth(path: string, body?: object, headers?: Record<string, string>): Promise<Answer>
  signIn(username: string, password: string): Promise<Answer>
  execute(document: string, variables?: object): Promise<GraphQLAnswer>
  /** One mutation of the user's account or of access: its `data`, or the failure. */
  mutate(name: string, input: object | null, selection: string): Promise<Body>
  /** Follows all redirects, and returns the final location. */
  open(url: string): Promise<{ url: string; status: number; text: string }>
  cookies: Map<string, string>
}

type Place = Pick<TestAdmin, 'adminUrl' | 'server'>

/** A user with a new session, as the password alone begins it. Without the password, whose hash takes 0.07 s. */
export async function signedIn({ adminUrl, server }: Place, username: string): Promise<Visitor> {
  const { auth, installation: db } = server
  const { secret, authCookies, sessionConfig } = await auth.$context
  const { id: userId } = await db.user.findUniqueOrThrow({ where: { username } })
  const token = randomUUID()
  const expiresAt = new Date(Date.now() + sessionConfig.expiresIn * 1000)
  await db.session.create({ data: { id: randomUUID(), token, userId, expiresAt } })
  const signature = createHmac('sha256', secret).update(token).digest('base64')
  const visitor = visit(adminUrl)
  visitor.cookies.set(authCookies.sessionToken.name, encodeURIComponent(`${token}.${signature}`))
  return visitor
}

/** The same through the sign-in, for which the password is enough. */
export async function signedInByPassword(
  { adminUrl }: Pick<Place, 'adminUrl'>,
  username: string,
  password = PASSWORD,
): Promise<Visitor> {
  const visitor = visit(adminUrl)
  const { status, body } = await visitor.signIn(username, password)
  if (status !== 200) throw new Error(`${username} cannot sign in: ${JSON.stringify(body)}`)
  return visitor
}

export function visit(adminUrl: string): Visitor {
  const cookies = new Map<string, string>()

  async function send(url: string, init: RequestInit): Promise<Response> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { origin: adminUrl, ...(cookie ? { cookie } : {}), ...init.headers }
    const response = await fetch(url, { redirect: 'manual', ...init, headers })
    for (const set of response.headers.getSetCookie()) keep(cookies, set)
    return response
  }

  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    send(`${adminUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })

  async function auth(path: string, body?: object, headers?: Record<string, string>): Promise<Answer> {
    const response = await (body
      ? post(`/api/auth${path}`, body, headers)
      : send(`${adminUrl}/api/auth${path}`, { headers: headers ?? {} }))
    const text = await response.text()
    return { status: response.status, body: text ? JSON.parse(text) : null, headers: response.headers }
  }

  async function execute(query: string, variables: object = {}): Promise<GraphQLAnswer> {
    const response = await post('/graphql', { query, variables }, { 'x-graphql-yoga-csrf': '1' })
    return response.json() as Promise<GraphQLAnswer> // GraphQL always answers in this shape
  }

  return {
    cookies,
    auth,
    execute,
    signIn: (username, password) => auth('/sign-in/username', { username, password }),
    async mutate(name, input, selection) {
      const document = mutationOf(name, selection, { hasInput: input !== null && input !== undefined })
      const { data, errors } = await execute(document, input ? { input } : {})
      if (!data) throw new Error(JSON.stringify(errors))
      return successOf(name, data.result) ?? data.result
    },
    async open(url) {
      for (let hops = 0, next = url; hops < 10; hops++) {
        const response = await send(next, {})
        const location = response.headers.get('location')
        if (!location) return { url: next, status: response.status, text: await response.text() }
        next = new URL(location, next).href
      }
      throw new Error(`${url} redirects without end`)
    },
  }
}

function keep(cookies: Map<string, string>, setCookie: string): void {
  const [pair = '', ...attributes] = setCookie.split(';')
  const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]
  const isGone = attributes.some((attribute) => /^\s*max-age=0$/i.test(attribute))
  if (isGone || value === '') cookies.delete(name)
  else cookies.set(name, value)
}
