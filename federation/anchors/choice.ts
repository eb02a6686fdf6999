/**
 * Chooses the anchor of a request: reads its host and URL (RFC 9112 §3.2), then takes the longest path that ends at a segment
 * boundary.
 */
import type { IncomingMessage } from 'node:http'
import { appendPath, type EntityId } from '#core/entity-id.ts'
import { createProxyTrust, type TrustedProxies } from '../http/client-address.ts'

type Target = { host: string; url: string }

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

type Place<Target> = { entityId: EntityId; target: Target }

/** `url` is without the path of the identifier. */
type Choice<Target> = { target: Target; url: string } | 'unknown host' | 'unknown path'

type Chooser<Target> = (host: string, url: string) => Choice<Target>

type Row<Target> = { path: string; target: Target }

/** Serves the earlier of two anchors with the same host and path. */
export function createChooser<Target>(
  first: Place<Target>,
  others: readonly Place<Target>[],
): Chooser<Target> {
  const rowsOf = new Map<string, Row<Target>[]>()
  const add = ({ entityId, target }: Place<Target>, path = pathOf(entityId)) => {
    for (const host of hostsOf(entityId)) rowsOf.set(host, [...(rowsOf.get(host) ?? []), { path, target }])
  }
  for (const place of [first, ...others]) add(place)
  add(first, '') // a proxy may remove the path
  for (const rows of rowsOf.values()) rows.sort((a, b) => b.path.length - a.path.length)

  return (host, url) => {
    const rows = rowsOf.get(host.toLowerCase())
    if (!rows) return 'unknown host'
    for (const { path, target } of rows) {
      const rest = removePath(url, path)
      if (rest !== undefined) return { target, url: rest }
    }
    return 'unknown path'
  }
}

/** Whether requests cannot be for one of them without being for the other. */
export const isSamePlace = (a: EntityId, b: EntityId): boolean =>
  pathOf(a) === pathOf(b) && hostsOf(a).some((host) => hostsOf(b).includes(host))

/** As clients write it in the header: with or without the default port. */
export function hostsOf(entityId: EntityId): string[] {
  const { host, port, protocol } = new URL(entityId)
  return port === '' ? [host, `${host}:${protocol === 'https:' ? 443 : 80}`] : [host]
}

/** As in the URLs of its endpoints: not normalized, and without a trailing slash. */
export function pathOf(entityId: EntityId): string {
  return /^[^:]+:\/\/[^/]+(.*)$/.exec(appendPath(entityId, ''))?.[1] ?? ''
}

function removePath(url: string, path: string): string | undefined {
  if (path === '') return url
  if (!url.startsWith(path)) return undefined
  const rest = url.slice(path.length)
  if (rest.startsWith('/')) return rest
  return rest === '' || rest.startsWith('?') ? `/${rest}` : undefined
}
