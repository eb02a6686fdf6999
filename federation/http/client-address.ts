/** Reads from which client a request comes, for rate limits. */
import type { IncomingMessage } from 'node:http'
import { isIPv4 } from 'node:net'
import proxyAddress from '@fastify/proxy-addr'
import ipaddr from 'ipaddr.js'
import { proxyNames } from '../config/kind.ts'

/** For the log. */
export const UNKNOWN_PROXY =
  'A proxy that TRUST_PROXY does not name forwards requests: its clients share one rate limit.'
export const NAME_PROXY = 'Add its address to TRUST_PROXY.'

/**
 * Returns one IPv4 address or one IPv6 /64, as the outermost trusted proxy saw it.
 * @param onUnknownProxy called once, with the address of what seems to be a proxy that is not trusted
 */
export function createClientAddress(
  trustedProxies: TrustedProxies,
  onUnknownProxy: (address: string) => void,
): (request: IncomingMessage) => string {
  const isTrusted = createProxyTrust(trustedProxies)
  const isNear = createProxyTrust(proxyNames)
  let isNoted = trustedProxies === false // as the operator wants it
  return (request) => {
    const peer = request.socket.remoteAddress ?? ''
    if (!isTrusted(peer)) {
      if (!isNoted && request.headers['x-forwarded-for'] !== undefined && isNear(peer)) {
        isNoted = true
        onUnknownProxy(peer)
      }
      return getAddressGroup(peer)
    }
    return getAddressGroup(proxyAddress(request, isTrusted))
  }
}

/** Bits of the network that a provider assigns to a client (RFC 6177). */
const IPV6_PREFIX = 64

export function getAddressGroup(address: string): string {
  if (isIPv4(address) || !ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address) // extracts an IPv4 address embedded in an IPv6 address
  if (parsed instanceof ipaddr.IPv4) return parsed.toString()
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${IPV6_PREFIX}`)
  return `${network.toString()}/${IPV6_PREFIX}`
}

/** All, none, or addresses, networks and their names. */
export type TrustedProxies = boolean | readonly string[]

export function createProxyTrust(trusted: TrustedProxies): (address: string) => boolean {
  if (typeof trusted === 'boolean') return () => trusted
  const isTrusted = proxyAddress.compile([...trusted])
  return (address) => isTrusted(address, 0)
}
