/** Reads from which client a request comes, for rate limits. */
import type { IncomingMessage } from 'node:http'
import proxyAddress from '@fastify/proxy-addr'
import { proxyNames } from '../config/kind.ts'
import { getAddressGroup } from './address-group.ts'
import { createProxyTrust, type TrustedProxies } from './trusted-proxies.ts'

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
