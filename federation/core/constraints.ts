/** Parses and applies the constraints of a Superior on the entities below it (§6.2). */
import { parseArray, parseObject, parseString } from './claim.ts'
import { quote, refuseAt } from './errors.ts'
import type { JsonObject } from './json.ts'
import type { Metadata } from './metadata.ts'
import type { Path } from './path.ts'

export type NamingConstraints = { permitted?: string[]; excluded?: string[] }

/** Unknown members are ignored (§6.2). */
export type Constraints = {
  max_path_length?: number
  naming_constraints?: NamingConstraints
  allowed_entity_types?: string[]
  [other: string]: unknown
}

/** Always allowed, so it is never listed and never removed (§6.2.3). */
const ALWAYS_ALLOWED = 'federation_entity'

/** A label of a host name. A name with a leading dot is a domain (RFC 5280 §4.2.1.10). */
const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i

/**
 * Accepts a `constraints` claim. With `authoring`, also refuses values that a reader must tolerate.
 * @throws FederationError `invalid_request`
 */
export function parseConstraints(
  value: unknown,
  options: { authoring?: boolean; path?: Path } = {},
): Constraints {
  const { authoring = false, path = ['constraints'] } = options
  const constraints = parseObject(value, path)
  for (const [name, parse] of Object.entries(members)) {
    if (name in constraints) parse(constraints[name], [...path, name], authoring)
  }
  // Every known member was checked above.
  return constraints as Constraints
}

/** Removes Entity Types that are not allowed (§6.2.3). */
export function filterEntityTypes(metadata: Metadata, allowed: readonly string[]): Metadata {
  return Object.fromEntries(
    Object.entries(metadata).filter(([type]) => type === ALWAYS_ALLOWED || allowed.includes(type)),
  )
}

/** Whether the constraints permit an Entity at this host. `excluded` wins (§6.2.2). */
export function isPermittedHost(host: string, { permitted, excluded }: NamingConstraints): boolean {
  const matches = (name: string) => isWithin(normalizeHost(host), normalizeHost(name))
  // An IP address is outside every name space (RFC 5280 §4.2.1.10).
  if (isIpAddress(host)) return permitted === undefined && excluded === undefined
  if (excluded?.some(matches)) return false
  return permitted === undefined || permitted.some(matches)
}

/** `.example.com` matches every host below that domain; `example.com` matches only that host. */
function isWithin(host: string, name: string): boolean {
  return name.startsWith('.') ? host.endsWith(name) && host !== name : host === name
}

function normalizeHost(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}

/** `host` comes from a parsed URL: IPv6 addresses have brackets, and IPv4 addresses have four numbers. */
function isIpAddress(host: string): boolean {
  return host.startsWith('[') || /^\d+(\.\d+){3}$/.test(host)
}

const members: Readonly<Record<string, (value: unknown, path: Path, authoring: boolean) => void>> = {
  max_path_length(value, path) {
    if (!Number.isInteger(value) || Number(value) < 0) {
      throw refuseAt(path, `must be a whole number of at least 0, not ${quote(value)}`)
    }
  },

  naming_constraints(value, path, authoring) {
    const names: JsonObject = parseObject(value, path)
    for (const list of ['permitted', 'excluded']) {
      if (list in names) parseArray(names[list], [...path, list], parseName)
    }
    if (authoring && Array.isArray(names.permitted) && names.permitted.length === 0) {
      throw refuseAt([...path, 'permitted'], 'is empty and would permit no entity. Omit it to permit all')
    }
  },

  allowed_entity_types(value, path, authoring) {
    const types = parseArray(value, path, parseString)
    if (authoring && types.includes(ALWAYS_ALLOWED)) {
      throw refuseAt(path, `must not list ${ALWAYS_ALLOWED}, which is always allowed`)
    }
  },
}

/** A malformed name matches no host, so in `excluded` it would exclude no entity. */
function parseName(value: unknown, path: Path): string {
  const name = parseString(value, path)
  const labels = name.replace(/^\.|\.$/g, '').split('.')
  if (!labels.every((label) => LABEL.test(label))) {
    throw refuseAt(path, `must be a host name or a domain such as ".example.com", not ${quote(name)}`)
  }
  return name
}
