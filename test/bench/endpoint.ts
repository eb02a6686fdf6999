/** Lists the measured public endpoints, one per row, with the target of each. */
import { entityId, type Filled, markType, wideMarkType } from './fill.ts'
import { fillPlaceholders, findPlaceholders } from './placeholder.ts'
import type { Request } from './request.ts'

/** How it is called: with the placeholders {sub}, {trust_anchor}, {trust_mark_type} and {trust_mark}. */
export type Call = {
  path: string
  /** The form that a POST sends; a GET without it. */
  form?: string
  /** Besides the type of the form. */
  headers?: Record<string, string>
}

export type Endpoint = Call & {
  name: string
  /** Its key in the description of another server; without one it is not compared with other servers. */
  key?: ComparedKey
  /** Requests per second, as a fraction of the bare server with the same bytes. */
  aim: number
  /** Whether the bare server signs too, because the answer depends on the time. */
  signs?: boolean
  /** Its additional work, for the report when it misses the target. */
  beyond: string
}

export const comparedKeys = [
  'entity_configuration',
  'fetch',
  'resolve',
  'trust_mark',
  'list',
  'trust_mark_list',
  'trust_mark_status',
] as const
export type ComparedKey = (typeof comparedKeys)[number]

export const endpoints: readonly Endpoint[] = [
  {
    name: 'Entity Configuration',
    key: 'entity_configuration',
    aim: 0.9,
    beyond: 'sends the headers of CORS, caches and security, for a body of less than 1 kB',
    path: '/.well-known/openid-federation',
  },
  {
    name: '/fetch',
    key: 'fetch',
    aim: 0.9,
    beyond: 'finds the answer, checks that it is current, and sends more headers',
    path: '/fetch?sub={sub}',
  },
  {
    name: '/resolve, warm',
    key: 'resolve',
    aim: 0.8,
    beyond: 'counts the request against its limit, and checks that the response is current',
    path: '/resolve?sub={sub}&trust_anchor={trust_anchor}',
  },
  {
    name: '/trust_mark',
    key: 'trust_mark',
    aim: 0.9,
    beyond: 'finds the answer and checks that it is current, for a body of 400 bytes',
    path: '/trust_mark?sub={sub}&trust_mark_type={trust_mark_type}',
  },
  {
    name: '/list of the 100 holders of a mark',
    aim: 0.6,
    beyond: 'checks that the lists of marks and members are current',
    path: '/list?trust_mark_type={trust_mark_type}',
  },
  {
    name: '/extended_list, a page of 100',
    aim: 0.6,
    beyond: 'checks that the list is current',
    path: '/extended_list?limit=100',
  },
  {
    name: '/list of all',
    key: 'list',
    aim: 0.6,
    beyond: 'checks that the lists of marks and members are current',
    path: '/list',
  },
  {
    name: '/list of all, compressed',
    aim: 0.6,
    beyond: 'chooses the coding',
    path: '/list',
    headers: { 'accept-encoding': 'gzip' },
  },
  {
    name: '/trust_mark_list, 100 holders',
    key: 'trust_mark_list',
    aim: 0.6,
    beyond: 'checks that the list of holders is current',
    path: '/trust_mark_list?trust_mark_type={trust_mark_type}',
  },
  {
    name: '/trust_mark_list, every tenth subordinate',
    aim: 0.6,
    beyond: 'checks that the list of holders is current',
    path: `/trust_mark_list?trust_mark_type=${encodeURIComponent(wideMarkType)}`,
  },
  {
    name: '/trust_mark_status',
    key: 'trust_mark_status',
    aim: 0.6,
    signs: true,
    beyond: 'verifies the mark and signs',
    path: '/trust_mark_status',
    form: 'trust_mark={trust_mark}',
  },
]

/** The requests about all subjects of the sample; only one if none differs. */
export function buildRequests(
  { path, form, headers = {} }: Call,
  { sample, marks }: Pick<Filled, 'sample' | 'marks'>,
): Request[] {
  const differs = findPlaceholders(`${path}${form}`).some((name) => name === 'sub' || name === 'trust_mark')
  return (differs ? sample : sample.slice(0, 1)).map((sub, at) => {
    const texts = { sub, trust_anchor: entityId, trust_mark_type: markType, trust_mark: marks[at] ?? '' }
    const values = Object.fromEntries(
      Object.entries(texts).map(([name, text]) => [name, encodeURIComponent(text)]),
    )
    const filled = fillPlaceholders(path, values)
    if (form === undefined) return { method: 'GET', path: filled, headers }
    const typed = { ...headers, 'content-type': 'application/x-www-form-urlencoded' }
    return { method: 'POST', path: filled, headers: typed, body: fillPlaceholders(form, values) }
  })
}
