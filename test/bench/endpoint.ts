/** The public endpoints that are measured, one a row, with what is aimed at for each. */
import type { Request } from 'autocannon'
import { entityId, type Filled, markType } from './fill.ts'

export type Endpoint = {
  name: string
  /** Requests a second, as a part of what the bare server does with the same bytes. */
  aim: number
  /** Whether the bare server signs as well, since the answer is about this moment. */
  signs?: boolean
  /** What it does that the bare server does not, to be told where it falls short of the aim. */
  beyond: string
  requests(filled: Filled): Request[]
}

const get = (path: string, parameters: Record<string, string> = {}): Request => {
  const query = new URLSearchParams(parameters).toString()
  return { method: 'GET', path: query ? `${path}?${query}` : path }
}

export const endpoints: readonly Endpoint[] = [
  {
    name: 'Entity Configuration',
    aim: 0.8,
    beyond: 'routing, hooks and the headers of CORS and caches, for a body of less than 1 kB',
    requests: () => [get('/.well-known/openid-federation')],
  },
  {
    name: '/fetch',
    aim: 0.8,
    beyond: 'routing, hooks and headers, and checking the identifier that is asked for',
    requests: ({ sample }) => sample.map((sub) => get('/fetch', { sub })),
  },
  {
    name: '/resolve, warm',
    aim: 0.6,
    beyond:
      'counting the request against its limit, checking two identifiers, and whether the response still stands',
    requests: ({ sample }) => sample.map((sub) => get('/resolve', { sub, trust_anchor: entityId })),
  },
  {
    name: '/trust_mark',
    aim: 0.6,
    beyond: 'checking type and identifier, for a body of 400 bytes',
    requests: ({ sample }) => sample.map((sub) => get('/trust_mark', { sub, trust_mark_type: markType })),
  },
  {
    name: '/list of the 100 holders of a mark',
    aim: 0.6,
    beyond: 'reading the parameters, and whether the list that is held still stands',
    requests: () => [get('/list', { trust_mark_type: markType })],
  },
  {
    name: '/extended_list, a page of 100',
    aim: 0.6,
    beyond: 'choosing and describing the page anew, since any combination of parameters may be asked for',
    requests: () => [get('/extended_list', { limit: '100' })],
  },
  {
    name: '/list of all',
    aim: 0.6,
    beyond: 'reading the parameters, and whether the list that is held still stands',
    requests: () => [get('/list')],
  },
  {
    name: '/trust_mark_status',
    aim: 0.6,
    signs: true,
    beyond: 'verifying the mark, besides signing',
    requests: ({ marks }) =>
      marks.map((trust_mark) => ({
        method: 'POST',
        path: '/trust_mark_status',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ trust_mark }).toString(),
      })),
  },
]
