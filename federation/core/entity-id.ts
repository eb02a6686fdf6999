/** Parses Entity Identifiers (§1.2), and builds the URLs that derive from them (§5.1.1, §9). */
import { FederationError, quote, refuseAt } from './errors.ts'
import type { Path } from './path.ts'

/** Compared code point by code point and never normalized (§16). */
export type EntityId = string

/** A local limit. The specification has none. */
const MAX_BYTES = 2048

export const ENTITY_CONFIGURATION_PATH = '/.well-known/openid-federation'

type UrlOptions = { allowHttp?: boolean | undefined }

/**
 * Accepts an https URL with a host and without query, fragment or user information, and returns it unchanged.
 * `allowHttp` also allows http, for test federations.
 * @throws FederationError `invalid_request`
 */
export function parseEntityId(value: unknown, options: UrlOptions = {}): EntityId {
  const finding = findEntityIdError(value, options)
  if (finding) {
    throw new FederationError('invalid_request', `${quote(value)} is not an Entity Identifier: ${finding}.`)
  }
  return value as EntityId // the first rule requires a string
}

/** Returns why a value is not an Entity Identifier. Never quotes the value, which may contain a password. */
export function findEntityIdError(value: unknown, options: UrlOptions = {}): string | undefined {
  const finding = findUrlError(value, options)
  if (finding) return finding
  if (String(value).includes('?')) return 'it has a query'
  return undefined
}

/** Builds the URL of an Entity Configuration (§9). */
export function buildEntityConfigurationUrl(id: EntityId): string {
  return appendPath(id, ENTITY_CONFIGURATION_PATH)
}

/** Appends a path with a leading slash, and removes a trailing slash of the identifier first (§9). */
export function appendPath(id: EntityId, path: string): string {
  return (id.endsWith('/') ? id.slice(0, -1) : id) + path
}

/**
 * Accepts the URL of a federation endpoint: https, without a fragment. A query is allowed (§5.1.1).
 * @throws FederationError `invalid_request`
 */
export function parseEndpoint(value: unknown, path: Path, options: UrlOptions = {}): string {
  const finding = findUrlError(value, options)
  if (finding) throw refuseAt(path, `is not an endpoint URL: ${finding}`)
  return value as string // the first rule requires a string
}

/** Adds request parameters to an endpoint URL, which may already have a query (§5.1.1). */
export function addParameters(endpoint: string, parameters: Record<string, string>): string {
  const query = new URLSearchParams(parameters).toString()
  if (query === '') return endpoint
  const separator = endpoint.includes('?') ? (/[?&]$/.test(endpoint) ? '' : '&') : '?'
  return endpoint + separator + query
}

/** Returns why a value is not a URL without a fragment. Never quotes the value. */
export function findUrlError(value: unknown, { allowHttp = false }: UrlOptions): string | undefined {
  if (typeof value !== 'string') return 'it is not a string'
  if (value.length > MAX_BYTES) return `it is longer than ${MAX_BYTES} bytes`
  if (!/^[\x21-\x7e]+$/.test(value)) return 'it has a character that a URL must percent-encode'
  if (value.includes('#')) return 'it has a fragment'
  // The URL parser tolerates "https:host", "https:///host" and backslashes, which other parsers read as other hosts.
  const [, scheme, authority] = /^(https?):\/\/([^/?\\]+)(?:[/?][^\\]*)?$/i.exec(value) ?? []
  if (!scheme || !authority) return 'it is not an https URL with a host'
  if (scheme.toLowerCase() === 'http' && !allowHttp) return 'its scheme is not https'
  if (authority.includes('@')) return 'it has user information'
  if (!URL.canParse(value)) return 'its host or port is not valid'
  return undefined
}
