/** Says which answers may be repeated, and for which requests. */
import type { IncomingHttpHeaders } from 'node:http'
import { getEndpointPath } from '#core/endpoint.ts'
import { ENTITY_CONFIGURATION_PATH } from '#core/entity-id.ts'

/** The answers that are repeated: path -> parameters. With any other parameter, the route answers. */
const repeated: Readonly<Record<string, readonly string[]>> = {
  [ENTITY_CONFIGURATION_PATH]: [],
  [getEndpointPath('resolve')]: ['sub', 'trust_anchor', 'entity_type'],
  [getEndpointPath('list')]: ['entity_type', 'intermediate', 'trust_mark_type'],
  // Not with a cursor, whose key may change.
  [getEndpointPath('extended_list')]: [
    'limit',
    'entity_type',
    'intermediate',
    'trust_mark_type',
    'updated_after',
    'updated_before',
    'audit_timestamps',
    'claims',
  ],
  [getEndpointPath('trust_mark_list')]: ['trust_mark_type', 'sub'],
}

/** Requests with one of these headers are left to the routes: conditional requests and those with a body. */
const unusual = ['if-none-match', 'content-length', 'transfer-encoding', 'expect'] as const

export function isUnusual(headers: IncomingHttpHeaders): boolean {
  return unusual.some((name) => headers[name] !== undefined)
}

/** The path of a URL whose answer is repeated; undefined with an unknown parameter. */
export function findPath(url: string): string | undefined {
  const [path = '', query] = url.split('?', 2)
  const known = Object.hasOwn(repeated, path) ? repeated[path] : undefined
  if (!known) return undefined
  const names = [...new URLSearchParams(query).keys()]
  return names.every((name) => known.includes(name)) ? path : undefined
}
