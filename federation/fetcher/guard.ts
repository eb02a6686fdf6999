/** Guards fetches: refuses hosts outside the public Internet, and limits the ports that anonymous callers reach (§18.1). */
import { lookup as resolve } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { EntityId } from '#core/entity-id.ts'
import { FetchError } from './fetch-error.ts'

/** Globally routed unicast IPv6 addresses (RFC 4291 §2.4). All others are special or unassigned. */
const globalUnicast: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3]

/** The well-known prefix of NAT64 (RFC 6052). The last 32 bits are the IPv4 destination. */
const nat64: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('64:ff9b::'), 96]

/** Whether an address is public: not private, local, special or reserved. */
export function isPublicAddress(address: string): boolean {
  const parsed = extractDestination(ipaddr.parse(address))
  if (parsed.range() !== 'unicast') return false
  return parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast)
}

/** Extracts an IPv4 address that is embedded in an IPv6 address. */
function extractDestination(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (address instanceof ipaddr.IPv4) return address
  if (address.isIPv4MappedAddress()) return address.toIPv4Address()
  if (address.match(nat64)) return new ipaddr.IPv4(address.toByteArray().slice(12))
  return address
}

/** Parses a URL that may be fetched. Does not resolve its host. @throws FetchError `blocked_address` */
export function parseTarget(url: string, { allowHttp }: { allowHttp: boolean }): URL {
  const target = URL.parse(url)
  if (!target) throw new FetchError('blocked_address', url, 'is not a URL.')
  const schemes = allowHttp ? ['https:', 'http:'] : ['https:']
  if (!schemes.includes(target.protocol)) throw new FetchError('blocked_address', url, 'is not an https URL.')
  if (target.username || target.password) {
    throw new FetchError('blocked_address', url, 'contains user information. Remove it from the URL.')
  }
  const host = target.hostname.replace(/^\[|\]$/g, '')
  if (!allowHttp && isIP(host) && !isPublicAddress(host)) throw createBlockedError(url, host)
  return target
}

/**
 * Resolves host names and refuses a name if any of its addresses is not public. The connection uses the returned
 * addresses, so the name cannot change between check and connection.
 */
export const lookupPublic: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, [])
    const bad = addresses.find(({ address }) => !isPublicAddress(address))
    if (bad) return callback(createBlockedError(hostname, bad.address), [])
    const [first] = addresses
    if (options.all || !first) return callback(null, addresses)
    callback(null, first.address, first.family)
  })
}

function createBlockedError(target: string, address: string): FetchError {
  return new FetchError(
    'blocked_address',
    target,
    `resolves to ${address}, which is not a public address. In a test federation, set allow_http to allow it.`,
  )
}

/** Limits the ports of fetches that anonymous callers cause, so that they cannot scan other hosts (§18.1). */
export type PortGuard = {
  /** Allowed for every entity, in addition to 443. */
  ports: readonly number[]
  /** Whether an entity may use any port for itself and for the endpoints that it publishes. */
  isTrusted(entity: EntityId): Promise<boolean>
}

const HTTPS_PORT = 443

/**
 * `publisher` is the entity that publishes the URL.
 * @throws FetchError `blocked_port`, or the error of `isTrusted`
 */
export async function checkPort(
  url: string,
  publisher: EntityId | undefined,
  { ports, isTrusted }: PortGuard,
): Promise<void> {
  const port = Number(new URL(url).port || HTTPS_PORT)
  if (port === HTTPS_PORT || ports.includes(port)) return
  if (publisher !== undefined && (await isTrusted(publisher))) return
  const sentence = `uses port ${port}, from which this server does not fetch. Use port 443, or ask its operator to allow the port.`
  throw new FetchError('blocked_port', url, sentence)
}
