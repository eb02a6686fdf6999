/** Lists the measured public endpoints, one per row, with the target of each. */
import type { Request } from 'autocannon'
import { entityId, type Filled, markType, wideMarkType } from './fill.ts'

export type Endpoint = {
  name: string
  /** Requests per second, as a fraction of the bare server with the same bytes. */
  aim: number
  /** Whether the bare server signs too, because the answer depends on the time. */
  signs?: boolean
  /** Its additional work, for the report when it misses the target. */
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
    aim: 0.9,
    beyond: 'sends the headers of CORS, caches and security, for a body of less than 1 kB',
    requests: () => [get('/.well-known/openid-federation')],
  },
  {
    name: '/fetch',
    aim: 0.9,
    beyond: 'finds the answer, checks that it is current, and sends more headers',
    requests: ({ sample }) => sample.map((sub) => get('/fetch', { sub })),
  },
  {
    name: '/resolve, warm',
    aim: 0.8,
    beyond: 'counts the request against its limit, and checks that the response is current',
    requests: ({ sample }) => sample.map((sub) => get('/resolve', { sub, trust_anchor: entityId })),
  },
  {
    name: '/trust_mark',
    aim: 0.9,
    beyond: 'finds the answer and checks that it is current, for a body of 400 bytes',
    requests: ({ sample }) => sample.map((sub) => get('/trust_mark', { sub, trust_mark_type: markType })),
  },
  {
    name: '/list of the 100 holders of a mark',
    aim: 0.6,
    beyond: 'checks that the lists of marks and members are current',
    requests: () => [get('/list', { trust_mark_type: markType })],
  },
  {
    name: '/extended_list, a page of 100',
    aim: 0.6,
    beyond: 'checks that the list is current',
    requests: () => [get('/extended_list', { limit: '100' })],
  },
  {
    name: '/list of all',
    aim: 0.6,
    beyond: 'checks that the lists of marks and members are current',
    requests: () => [get('/list')],
  },
  {
    name: '/list of all, compressed',
    aim: 0.6,
    beyond: 'chooses the coding',
    requests: () => [{ ...get('/list'), headers: { 'accept-encoding': 'gzip' } }],
  },
  {
    name: '/trust_mark_list, 100 holders',
    aim: 0.6,
    beyond: 'checks that the list of holders is current',
    requests: () => [get('/trust_mark_list', { trust_mark_type: markType })],
  },
  {
    name: '/trust_mark_list, every tenth subordinate',
    aim: 0.6,
    beyond: 'checks that the list of holders is current',
    requests: () => [get('/trust_mark_list', { trust_mark_type: wideMarkType })],
  },
  {
    name: '/trust_mark_status',
    aim: 0.6,
    signs: true,
    beyond: 'verifies the mark and signs',
    requests: ({ marks }) =>
      marks.map((trust_mark) => ({
        method: 'POST',
        path: '/trust_mark_status',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ trust_mark }).toString(),
      })),
  },
]
