/** Signs in the user that `admin.ts` makes, as the console does. */
import { ask } from './endpoint.ts'

const PASSWORD = 'correct horse battery staple' // of admin.ts

/** Of each request to the API. */
export const json = { 'content-type': 'application/json', 'x-graphql-yoga-csrf': '1' }

/** The cookies of the session. */
export async function signIn(url: string): Promise<string> {
  const { headers } = await ask(url, {
    method: 'POST',
    path: '/api/auth/sign-in/username',
    headers: { ...json, origin: url },
    body: JSON.stringify({ username: 'bench', password: PASSWORD }),
  })
  return [headers['set-cookie'] ?? []]
    .flat()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}
