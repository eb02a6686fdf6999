/** Whose requests count together: one IPv4 address, or one IPv6 network, of which a client has all addresses. */
import { isIPv4 } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Bits of an IPv6 address that its provider assigns (RFC 6177). */
const IPV6_PREFIX = 64

export function addressGroup(address: string): string {
  if (isIPv4(address) || !ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address) // an IPv4 address hidden in an IPv6 one is brought out
  if (parsed instanceof ipaddr.IPv4) return parsed.toString()
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${IPV6_PREFIX}`)
  return `${network.toString()}/${IPV6_PREFIX}`
}
