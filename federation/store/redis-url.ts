/** Parses a Redis URL: a single server, a primary behind Sentinels, or a Cluster. */

export type RedisNode = { host: string; port: number }

export type RedisPlace = {
  kind: 'single' | 'sentinel' | 'cluster'
  /** The server, the Sentinels, or some nodes of the Cluster. */
  nodes: RedisNode[]
  tls: boolean
  username?: string
  password?: string
  db: number
  /** The Sentinels' name for the primary. */
  primary: string
  /** Password of the Sentinels, if they require one. */
  sentinelPassword?: string
}

/** Why a text is not a Redis URL. The message does not quote the text, which may contain a password. */
export class RedisUrlError extends Error {
  override readonly name = 'RedisUrlError'
}

export const redisUrlForms =
  'redis://host:6379/0, redis+sentinel://host:26379,host:26379/mymaster/0 or redis+cluster://host:6379,host:6379; rediss for TLS'

const form =
  /^redis(?<tls>s?)(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<username>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<nodes>[^/?#@]+)(?<path>(?:\/[^/?#]*)*)(?:\?(?<query>[^#]*))?$/

const defaultPorts = { single: 6379, sentinel: 26379, cluster: 6379 } as const

/** @throws RedisUrlError with a message that continues the name of the variable */
export function parseRedisUrl(text: string): RedisPlace {
  const { tls, kind: named, username, password, nodes = '', path = '', query } = form.exec(text)?.groups ?? {}
  // The expression allows no other kind.
  const kind = (named ?? 'single') as RedisPlace['kind']
  const parts = path.split('/').filter(Boolean)
  const primary = kind === 'sentinel' ? parts.shift() : undefined
  const found = nodes.split(',').map((node) => parseNode(node, defaultPorts[kind]))
  const [db = '0', ...rest] = parts
  const isWhole = tls !== undefined && found.every((node) => node !== undefined) && rest.length === 0
  if (!isWhole || !/^\d{1,3}$/.test(db) || (kind === 'single' && found.length > 1)) {
    throw new RedisUrlError(`must be of the form ${redisUrlForms}`)
  }
  if (kind === 'cluster' && db !== '0')
    throw new RedisUrlError('names a database, which a Cluster does not have')
  const sentinelPassword = new URLSearchParams(query).get('sentinelPassword')
  return {
    kind,
    nodes: found,
    tls: tls === 's',
    db: Number(db),
    primary: primary ?? 'mymaster',
    ...(username ? { username: decode(username) } : {}),
    ...(password ? { password: decode(password) } : {}),
    ...(sentinelPassword ? { sentinelPassword } : {}),
  }
}

export const hashTagNeeded =
  'must contain a part in braces, such as {inmor}, with a Redis Cluster: keys that are swapped together must be on one node'

/** Whether the prefix would spread the keys over several nodes of a Cluster. */
export function lacksHashTag(url: string, prefix: string): boolean {
  return parseRedisUrl(url).kind === 'cluster' && !/\{[^}]+\}/.test(prefix)
}

/** `host`, `host:port`, or an IPv6 address in brackets. */
function parseNode(text: string, defaultPort: number): RedisNode | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^[\]:]+))(?::(\d{1,5}))?$/i.exec(text)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3] ?? defaultPort)
  return host !== undefined && port > 0 && port < 65_536 ? { host, port } : undefined
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new RedisUrlError('has a user name or password that is not percent-encoded correctly')
  }
}
