/** Reads from which client a request comes, for rate limits. */
import type { IncomingMessage } from 'node:http'
import proxyAddress from '@fastify/proxy-addr'
import { getAddressGroup } from './routes/address-group.ts'
import { createProxyTrust, type TrustedProxies } from './trusted-proxies.ts'

/** Returns one IPv4 address or one IPv6 /64, as the outermost trusted proxy saw it. */
export function createClientAddress(trustedProxies: TrustedProxies): (request: IncomingMessage) => string {
  if (trustedProxies === false) return ({ socket }) => getAddressGroup(socket.remoteAddress ?? '')
  const isTrusted = createProxyTrust(trustedProxies)
  return (request) => getAddressGroup(proxyAddress(request, isTrusted))
}
