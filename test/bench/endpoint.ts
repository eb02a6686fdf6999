/** Lists the measured public endpoints, one per row, with the target of each, and builds their requests. */
import { request as send } from 'undici'
import { entityId, markType, type Sample, wideMarkType } from './fill.ts'

export type Request = {
  method: 'GET' | 'POST'
  path: string
  headers?: Record<string, string>
  body?: string
}

/** With the placeholders {sub}, {trust_anchor}, {trust_mark_type} and {trust_mark}. */
export type Call = {
  path: string
  /** The form that a POST sends; a GET without it. */
  form?: string
  headers?: Record<string, string>
  /** Each client may ask so often only. */
  limited?: boolean
}

export type Endpoint = Call & {
  name: string
  /** Its name in the table of other servers; without one it is not compared with them. */
  key?: string
  /** Requests per second, as a fraction of the bare server with the same bytes. */
  aim: number
  /** Whether the bare server signs too, because the answer depends on the time. */
  signs?: boolean
  /** Its additional work, for the report when it misses the target. */
  beyond: string
}

const row = (
  key: string | undefined,
  name: string,
  aim: number,
  path: string,
  beyond: string,
  more: Partial<Endpoint> = {},
): Endpoint => ({ name, aim, path, beyond, ...(key === undefined ? {} : { key }), ...more })

const configuration = '/.well-known/openid-federation'
const ofType = 'trust_mark_type={trust_mark_type}'
const ofMembers = `trust_mark_type=${encodeURIComponent(markType)}`
const wide = `/trust_mark_list?trust_mark_type=${encodeURIComponent(wideMarkType)}`
const beyond = {
  headers: 'sends the headers of CORS, caches and security, for a body of less than 1 kB',
  answer: 'finds the answer, checks that it is current, and sends more headers',
  limit: 'counts the request against its limit, and checks that the response is current',
  mark: 'finds the answer and checks that it is current, for a body of 400 bytes',
  list: 'checks that the list is current',
  lists: 'checks that the lists of marks and members are current',
  holders: 'checks that the list of holders is current',
}

export const endpoints: readonly Endpoint[] = [
  row('entity_configuration', 'Entity Configuration', 0.9, configuration, beyond.headers),
  row('fetch', '/fetch', 0.9, '/fetch?sub={sub}', beyond.answer),
  row('resolve', '/resolve, warm', 0.8, '/resolve?sub={sub}&trust_anchor={trust_anchor}', beyond.limit, {
    limited: true,
  }),
  row('trust_mark', '/trust_mark', 0.9, `/trust_mark?sub={sub}&${ofType}`, beyond.mark),
  row(undefined, '/list of the 100 holders of a mark', 0.6, `/list?${ofMembers}`, beyond.lists),
  row(undefined, '/extended_list, a page of 100', 0.6, '/extended_list?limit=100', beyond.list),
  row('list', '/list of all', 0.6, '/list', beyond.lists),
  row(undefined, '/list of all, compressed', 0.6, '/list', 'chooses the coding', {
    headers: { 'accept-encoding': 'gzip' },
  }),
  row(
    'trust_mark_list',
    '/trust_mark_list, 100 holders',
    0.6,
    `/trust_mark_list?${ofMembers}`,
    beyond.holders,
  ),
  row(undefined, '/trust_mark_list, every tenth subordinate', 0.6, wide, beyond.holders),
  row('trust_mark_status', '/trust_mark_status', 0.6, '/trust_mark_status', 'verifies the mark and signs', {
    form: 'trust_mark={trust_mark}',
    signs: true,
  }),
]

/** Whether its requests name a subordinate. */
export const differs = ({ path, form }: Call): boolean => /\{(sub|trust_mark)\}/.test(`${path}${form}`)

/** One client may ask a million times in a minute, which is not enough. */
const CLIENTS = 16

/** The requests about all subjects of the sample; only one if none differs. */
export function buildRequests(call: Call, { subjects, type, marks }: Sample) {
  const { path, form, headers } = call
  return (differs(call) ? subjects : subjects.slice(0, 1)).map((sub, at): Request => {
    const values = { sub, trust_anchor: entityId, trust_mark_type: type, trust_mark: marks[at] ?? '' }
    const fill = (text: string) =>
      Object.entries(values).reduce(
        (filled, [name, value]) => filled.replaceAll(`{${name}}`, encodeURIComponent(value)),
        text,
      )
    const sender = call.limited ? { 'x-forwarded-for': `192.0.2.${at % CLIENTS}` } : {}
    if (form === undefined) return { method: 'GET', path: fill(path), headers: { ...headers, ...sender } }
    const typed = { ...headers, 'content-type': 'application/x-www-form-urlencoded' }
    return { method: 'POST', path: fill(path), headers: typed, body: fill(form) }
  })
}

const TIMEOUT_MS = 10_000

/** Before the load: the rate of refusals would be irrelevant. The body has the bytes that were sent. @throws Error unless 2xx */
export async function ask(url: string, { path, ...rest }: Request) {
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const { statusCode, headers, body } = await send(`${url}${path}`, { ...rest, signal }).catch((cause) => {
    throw new Error(`cannot be asked ${rest.method} ${path}: ${cause.message}`, { cause })
  })
  const received = Buffer.from(await body.arrayBuffer())
  if (statusCode >= 200 && statusCode <= 299) return { headers, body: received }
  throw new Error(`answers ${statusCode} to ${rest.method} ${path}: ${received.toString().slice(0, 200)}`)
}
