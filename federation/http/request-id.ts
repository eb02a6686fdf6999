/** Creates request ids for logs. Keeps the id of a trusted proxy, to match its log entries with ours. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { createProxyTrust, type TrustedProxies } from './client-address.ts'

/** Characters that have no special meaning in a log. */
const REQUEST_ID = /^[\w.:@=+/-]{8,128}$/

/** The header counts only on a direct connection from such a proxy. */
export function createRequestIds(trustedProxies: TrustedProxies): (request: IncomingMessage) => string {
  const isTrusted = createProxyTrust(trustedProxies)
  return ({ headers, socket }) => {
    const given = headers['x-request-id']
    if (typeof given !== 'string' || !REQUEST_ID.test(given)) return randomUUID()
    return isTrusted(socket.remoteAddress ?? '') ? given : randomUUID()
  }
}
