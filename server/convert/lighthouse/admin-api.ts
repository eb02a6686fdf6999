/** Reads the admin API of lighthouse. */
import { z } from 'zod'
import { appendPath } from '#core/entity-id.ts'
import { isJsonObject } from '#core/json.ts'
import { FetchError } from '#fetcher/fetch-error.ts'
import type { Fetcher } from '#fetcher/fetcher.ts'
import { BadSourceError } from '#server/convert/failures.ts'
import { retry } from '#server/convert/fetching.ts'

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

const id = z.union([z.number(), z.string()])
const text = z.string().optional()
const json = z.unknown().optional()

const listed = z.object({ id, entity_id: z.string(), status: z.string() })

/** The schemas of what a conversion reads. */
export const answers = {
  configuration: z.record(z.string(), z.unknown()),
  /** Seconds. */
  lifetime: z.number().positive(),
  object: z.record(z.string(), z.unknown()).nullish(),
  names: z.array(z.string()).nullish(),
  members: z.array(listed),
  member: z.object({
    ...listed.shape,
    ...{ description: text, jwks: json, metadata: json, constraints: json },
    ...{ metadata_policy: json, metadata_policies: json, additional_claims: json },
  }),
  claimRows: z.array(z.object({ claim: z.string(), value: json, crit: z.boolean().optional() })).nullish(),
  types: z.array(z.object({ trust_mark_type: z.string(), description: text })).nullish(),
  specs: z
    .array(
      z.object({
        ...{ id, trust_mark_type: z.string(), description: text, ref: text, logo_uri: text },
        ...{ lifetime: z.number().nonnegative().optional(), delegation_jwt: text, additional_claims: json },
        eligibility_config: z.object({ mode: text }).nullish(),
      }),
    )
    .nullish(),
  subjects: z.array(z.object({ ...listed.shape, additional_claims: json })).nullish(),
}

/** @throws BadSourceError that names the URL and the place */
export function parseAnswer<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  url: string,
): z.output<Schema> {
  const { data, error } = schema.safeParse(value)
  if (!error) return data
  const [issue] = error.issues
  const place = issue?.path.length ? ` at ${issue.path.join('.')}` : ''
  throw new BadSourceError(`${url} returned something else than the admin API of lighthouse does${place}.`)
}

/** Claims are an object, and were a list of rows. Null or absent: none. */
export function claimsOf(value: unknown): Record<string, unknown> {
  if (isJsonObject(value)) return value
  const rows = answers.claimRows.safeParse(value).data ?? []
  return Object.fromEntries(rows.map(({ claim, value: given }) => [claim, given]))
}

/** A set of keys, which may be within its row. */
export function keySetOf(value: unknown): unknown {
  return isJsonObject(value) && isJsonObject(value.keys) ? value.keys : value
}
