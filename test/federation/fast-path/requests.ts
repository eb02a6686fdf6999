/** A thousand requests for the fast path: valid, odd, hostile, conditional, with each method and with a body. */
import { entityId } from '../publisher.ts'

export const type = 'https://ta.example/marks/member'
/** No entity answers there, and it takes no look-up of a name, which may end in two ways. */
const closed = '127.0.0.1:1'
/** The subordinates that are asked for. */
export const ids = [`https://${closed}/a`, `https://${closed}/b/x`, `https://${closed}/c`] as const

export type Asked = { method: string; url: string; headers: Record<string, string>; body?: string }

export const query = (parameters: Record<string, string>) => new URLSearchParams(parameters).toString()
const subjects = [
  ...ids,
  entityId,
  `https://${closed}/absent`,
  `http://${closed}/a`,
  'no identifier',
  '',
  'x'.repeat(3_000),
  `${ids[0]}\u0000`,
]
export const urls = [
  '/.well-known/openid-federation',
  '/.well-known/openid-federation?',
  '/.well-known/openid-federation/',
  '/.well-known/openid-federation?x=1',
  ...subjects.flatMap((sub) => [
    `/fetch?${query({ sub })}`,
    `/trust_mark?${query({ sub, trust_mark_type: type })}`,
    `/trust_mark_list?${query({ sub, trust_mark_type: type })}`,
    `/resolve?${query({ sub, trust_anchor: entityId })}`,
  ]),
  `/resolve?${query({ sub: entityId, trust_anchor: entityId, entity_type: 'federation_entity' })}`,
  `/resolve?${query({ sub: entityId, trust_anchor: 'https://unknown.example' })}`,
  `/fetch?sub=${ids[0]}`,
  `/fetch?sub=%68ttps://${closed}/a`,
  `/fetch?${query({ sub: ids[0] ?? '' })}&sub=${ids[1]}`,
  `/fetch?${query({ sub: ids[0] ?? '', iss: entityId })}`,
  `/fetch/?${query({ sub: ids[0] ?? '' })}`,
  `//fetch?${query({ sub: ids[0] ?? '' })}`,
  '/fetch',
  `/FETCH?sub=${ids[0]}`,
  '/__proto__?sub=1',
  '/constructor',
  '/list',
  '/list?',
  '/list?entity_type=openid_provider',
  '/list?entity_type=openid_provider&entity_type=openid_relying_party',
  '/list?entity_type=',
  '/extended_list',
  '/extended_list?limit=1',
  '/extended_list?limit=1&from=x',
  '/extended_list?limit=-1',
  '/extended_list?audit_timestamps=true&claims=exp,metadata',
  '/list?intermediate=true',
  '/list?intermediate=perhaps',
  '/list?trust_marked=true',
  `/list?${query({ trust_mark_type: type })}`,
  `/list?${query({ trust_mark_type: 'https://ta.example/marks/none' })}`,
  `/trust_mark_list?${query({ trust_mark_type: type })}`,
  '/trust_mark_list',
  '/trust_mark',
  '/list#fragment',
  'http://127.0.0.1/list',
  '/resolve',
  '/health/live',
]

const headers: Record<string, string>[] = [
  {},
  { 'if-none-match': '*' },
  { 'if-none-match': '"another"' },
  { origin: 'https://tool.example' },
  { 'accept-encoding': 'gzip, br', accept: 'text/html', 'x-request-id': 'request-12345678' },
  { connection: 'close' },
  { range: 'bytes=0-9', 'accept-encoding': 'gzip;q=0, identity' },
]

export const all: Asked[] = urls.flatMap((url) => [
  ...['GET', 'HEAD'].flatMap((method) => headers.map((each) => ({ method, url, headers: each }))),
  {
    method: 'OPTIONS',
    url,
    headers: { origin: 'https://tool.example', 'access-control-request-method': 'GET' },
  },
  {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: query({ sub: ids[0] }),
  },
  { method: 'GET', url, headers: { 'content-length': '3' }, body: 'abc' },
  { method: 'DELETE', url, headers: {} },
])
