/** Reads for which host and URL a request is (RFC 9112 §3.2). */
import type { IncomingMessage } from 'node:http'
import { createProxyTrust, type TrustedProxies } from '../http/trusted-proxies.ts'

export type Target = { host: string; url: string }

/** Clients send the absolute form to proxies. Its host counts instead of the header. */
const absoluteForm = /^https?:\/\/([^/?#]*)(.*)$/i

/** Returns undefined if the request has several Host headers. A trusted proxy may name the host that the client used. */
export function createReadTarget(
  trustedProxies: TrustedProxies,
): (request: IncomingMessage) => Target | undefined {
  const isTrusted = createProxyTrust(trustedProxies)
  return ({ headers, rawHeaders, socket, url = '' }) => {
    if (countHosts(rawHeaders) > 1) return undefined
    const forwarded = headers['x-forwarded-host']
    const [, authority, path = ''] = url.startsWith('/') ? [] : (absoluteForm.exec(url) ?? [])
    const named = authority ?? headers.host ?? ''
    const isForwarded = forwarded !== undefined && isTrusted(socket.remoteAddress ?? '')
    return {
      host: isForwarded ? lastOf(String(forwarded)) : named,
      url: authority === undefined ? url : path.startsWith('/') ? path : `/${path}`,
    }
  }
}

/** Names and values by turns. */
function countHosts(rawHeaders: readonly string[]): number {
  let count = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]
    if (name?.length === 4 && name.toLowerCase() === 'host') count++
  }
  return count
}

/** Each proxy appends its host. */
function lastOf(list: string): string {
  return list.slice(list.lastIndexOf(',') + 1).trim()
}
