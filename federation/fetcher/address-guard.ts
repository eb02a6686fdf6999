/** Which hosts may be asked: addresses of the public Internet, unless the operator allows others (§18.1). */
import { lookup as resolve } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { FetchError } from './fetch-error.ts'

/** IPv6 addresses that are globally routed unicast (RFC 4291 §2.4); what lies outside is special or unassigned. */
const globalUnicast: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3]

/** The well-known prefix of NAT64 (RFC 6052): its last 32 bits are the IPv4 address really reached. */
const nat64: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('64:ff9b::'), 96]

/** Whether an address belongs to the public Internet; false for what is private, local, special or reserved. */
export function isPublicAddress(address: string): boolean {
  const parsed = reached(ipaddr.parse(address))
  if (parsed.range() !== 'unicast') return false
  return parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast)
}

/** The address that a packet ends up at, once an IPv4 address hidden in an IPv6 one is brought out. */
function reached(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (address instanceof ipaddr.IPv4) return address
  if (address.isIPv4MappedAddress()) return address.toIPv4Address()
  if (address.match(nat64)) return new ipaddr.IPv4(address.toByteArray().slice(12))
  return address
}

/** Accepts a URL that may be asked, before anything is resolved. @throws FetchError `blocked_address` */
export function parseTarget(url: string, { allowHttp }: { allowHttp: boolean }): URL {
  const target = URL.parse(url)
  if (!target) throw new FetchError('blocked_address', url, 'is not a URL.')
  const schemes = allowHttp ? ['https:', 'http:'] : ['https:']
  if (!schemes.includes(target.protocol)) throw new FetchError('blocked_address', url, 'is not an https URL.')
  if (target.username || target.password) {
    throw new FetchError('blocked_address', url, 'carries user information, which no federation URL may.')
  }
  const host = target.hostname.replace(/^\[|\]$/g, '')
  if (!allowHttp && isIP(host) && !isPublicAddress(host)) throw blocked(url, host)
  return target
}

/**
 * Resolves names for the connector and refuses a name when any of its addresses is not public. The connection goes
 * to the addresses returned here: nobody resolves the name a second time, so it cannot change in between.
 */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, [])
    const bad = addresses.find(({ address }) => !isPublicAddress(address))
    if (bad) return callback(blocked(hostname, bad.address), [])
    const [first] = addresses
    if (options.all || !first) return callback(null, addresses)
    callback(null, first.address, first.family)
  })
}

function blocked(target: string, address: string): FetchError {
  return new FetchError(
    'blocked_address',
    target,
    `leads to ${address}, which is not an address of the public Internet; allow_http admits it in test federations.`,
  )
}
