/** Entity Identifiers (§1.2) and the URLs that lead from them to an Entity (§5.1.1, §9). */
import { FederationError, quote, refuseAt } from './errors.ts'
import type { Path } from './path.ts'

/** Compared code point by code point and never normalised (§16), hence a plain string. */
export type EntityId = string

/** The text sets no maximum; this is a local limit. */
const MAX_BYTES = 2048

export const ENTITY_CONFIGURATION_PATH = '/.well-known/openid-federation'

type UrlOptions = { allowHttp?: boolean | undefined }

/**
 * Accepts an https URL with a host and without query, fragment or user information; the string is returned
 * unchanged. `allowHttp` admits http as well, for test federations on loopback.
 * @throws FederationError `invalid_request`
 */
export function parseEntityId(value: unknown, options: UrlOptions = {}): EntityId {
  const fault = findEntityIdFault(value, options)
  if (fault) {
    throw new FederationError('invalid_request', `${quote(value)} is not an entity identifier: ${fault}`)
  }
  // A value without a fault is a string: that is the first thing the rules look at.
  return value as EntityId
}

/** Why a value is not an Entity Identifier; never repeats the value, which may hold a password. */
export function findEntityIdFault(value: unknown, options: UrlOptions = {}): string | undefined {
  const fault = urlFault(value, options)
  if (fault) return fault
  if (String(value).includes('?')) return 'it has a query'
  return undefined
}

/** Where the Entity publishes its Entity Configuration (§9). */
export function entityConfigurationUrl(id: EntityId): string {
  return urlBelow(id, ENTITY_CONFIGURATION_PATH)
}

/** Appends a path that begins with a slash; a trailing slash of the identifier goes first (§9). */
export function urlBelow(id: EntityId, path: string): string {
  return (id.endsWith('/') ? id.slice(0, -1) : id) + path
}

/**
 * Accepts the URL of a federation endpoint: https, without a fragment; a query is allowed (§5.1.1).
 * @throws FederationError `invalid_request`
 */
export function parseEndpoint(value: unknown, path: Path, options: UrlOptions = {}): string {
  const fault = urlFault(value, options)
  if (fault) throw refuseAt(path, `is not an endpoint URL: ${fault}`)
  // A value without a fault is a string.
  return value as string
}

/** Adds request parameters to an endpoint URL, which may have a query of its own (§5.1.1). */
export function withParameters(endpoint: string, parameters: Record<string, string>): string {
  const query = new URLSearchParams(parameters).toString()
  if (query === '') return endpoint
  const separator = endpoint.includes('?') ? (/[?&]$/.test(endpoint) ? '' : '&') : '?'
  return endpoint + separator + query
}

function urlFault(value: unknown, { allowHttp = false }: UrlOptions): string | undefined {
  if (typeof value !== 'string') return 'it is not a string'
  if (value.length > MAX_BYTES) return `it is longer than ${MAX_BYTES} bytes`
  if (!/^[\x21-\x7e]+$/.test(value)) return 'it has a character that a URL must percent-encode'
  if (value.includes('#')) return 'it has a fragment'
  // The URL parser forgives "https:host", "https:///host" and backslashes; two readers would see two hosts.
  const [, scheme, authority] = /^(https?):\/\/([^/?\\]+)(?:[/?][^\\]*)?$/i.exec(value) ?? []
  if (!scheme || !authority) return 'it is not an https URL with a host'
  if (scheme.toLowerCase() === 'http' && !allowHttp) return 'its scheme is not https'
  if (authority.includes('@')) return 'it has user information before the host'
  if (!URL.canParse(value)) return 'its host or port is not valid'
  return undefined
}
