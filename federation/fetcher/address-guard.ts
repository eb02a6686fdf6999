/** Refuses hosts outside the public Internet, unless the operator allows them (§18.1). */
import { lookup as resolve } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
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
