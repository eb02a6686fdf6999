/** Groups client addresses for rate limits: one IPv4 address, or one IPv6 network. */
import { isIPv4 } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Bits of the network that a provider assigns to a client (RFC 6177). */
const IPV6_PREFIX = 64

export function getAddressGroup(address: string): string {
  if (isIPv4(address) || !ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address) // extracts an IPv4 address embedded in an IPv6 address
  if (parsed instanceof ipaddr.IPv4) return parsed.toString()
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${IPV6_PREFIX}`)
  return `${network.toString()}/${IPV6_PREFIX}`
}
