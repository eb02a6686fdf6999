/** Reads the admin API of lighthouse. */
import { appendPath } from '#core/entity-id.ts'
import { FetchError } from '#fetcher/fetch-error.ts'
import type { Fetcher } from '#fetcher/fetcher.ts'
import { BadSourceError } from '#server/convert/bad-source.ts'
import { retry } from '#server/convert/retry.ts'

const BASE = '/api/v1/admin'

export type Credentials = { user: string; password: string }

export type AdminApi = {
  /** The URL of a path below the base, which begins with a slash. */
  urlOf(path: string): string
  /** @throws FetchError, BadSourceError if it asks for other credentials */
  get(path: string): Promise<unknown>
  /** Undefined: there is no such document. @throws as `get` */
  find(path: string): Promise<unknown>
}

/** `url`: of the server or of the API. `credentials` are sent as Basic authentication; null: none. */
export function createAdminApi(
  fetcher: Pick<Fetcher, 'json'>,
  { url, credentials, signal }: { url: string; credentials: Credentials | null; signal: AbortSignal },
): AdminApi {
  const server = url.replace(/\/+$/, '')
  const base = server.endsWith(BASE) ? server : appendPath(server, BASE)
  const access = credentials ? { authorization: basic(credentials) } : {}
  const urlOf = (path: string) => base + path

  async function get(path: string): Promise<unknown> {
    try {
      return await retry(() => fetcher.json(urlOf(path), 'application/json', { signal, ...access }))
    } catch (error) {
      const status = error instanceof FetchError ? error.status : undefined
      if (status !== 401 && status !== 403) throw error
      const advice = credentials ? 'Check --user and --password-file.' : 'Use --user and --password-file.'
      throw new BadSourceError(`${urlOf(path)} asks for a user who may read it. ${advice}`)
    }
  }

  return {
    urlOf,
    get,
    find: (path) =>
      get(path).catch((error: unknown) => {
        if (error instanceof FetchError && error.code === 'not_found') return undefined
        throw error
      }),
  }
}

function basic({ user, password }: Credentials): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}
