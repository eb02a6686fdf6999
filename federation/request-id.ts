/** Creates request ids for logs. Keeps the id of a trusted proxy, to match its log entries with ours. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** Characters that have no special meaning in a log. */
const REQUEST_ID = /^[\w.:@=+/-]{8,128}$/

/** Network names of TRUST_PROXY. */
const namedNetworks: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
}

/** The header counts only on a direct connection from such a proxy. */
export function createRequestIds(
  trustedProxies: boolean | readonly string[],
): (request: IncomingMessage) => string {
  const isTrusted = typeof trustedProxies === 'boolean' ? () => trustedProxies : createMatcher(trustedProxies)
  return ({ headers, socket }) => {
    const given = headers['x-request-id']
    if (typeof given !== 'string' || !REQUEST_ID.test(given)) return randomUUID()
    return isTrusted(socket.remoteAddress ?? '') ? given : randomUUID()
  }
}

function createMatcher(proxies: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const network of proxies.flatMap((each) => namedNetworks[each] ?? [each])) {
    const [address = '', bits] = network.split('/')
    const family = getFamily(address)
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return (address) => isIP(address) > 0 && list.check(address, getFamily(address))
}

function getFamily(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}
