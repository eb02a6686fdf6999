/** The id of a request in logs and records: a trusted proxy's own, so that its log and ours tell of the same, or a new one. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** What proxies make of theirs: letters, digits and some signs, none of which means anything in a log. */
const REQUEST_ID = /^[\w.:@=+/-]{8,128}$/

/** The names that TRUST_PROXY knows, as networks. */
const namedNetworks: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
}

/** `trustProxy` as Fastify takes it; the header counts only on a connection from such a proxy itself. */
export function createRequestIds(
  trustProxy: boolean | readonly string[],
): (request: IncomingMessage) => string {
  const isTrusted = typeof trustProxy === 'boolean' ? () => trustProxy : matcher(trustProxy)
  return ({ headers, socket }) => {
    const given = headers['x-request-id']
    if (typeof given !== 'string' || !REQUEST_ID.test(given)) return randomUUID()
    return isTrusted(socket.remoteAddress ?? '') ? given : randomUUID()
  }
}

function matcher(proxies: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const network of proxies.flatMap((each) => namedNetworks[each] ?? [each])) {
    const [address = '', bits] = network.split('/')
    const family = familyOf(address)
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return (address) => isIP(address) > 0 && list.check(address, familyOf(address))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}
