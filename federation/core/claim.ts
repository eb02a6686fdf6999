/** Parses claim values. A value of the wrong JSON type is refused with its path. */
import { type EntityId, parseEntityId } from './entity-id.ts'
import { FederationError, type FederationErrorCode, quote, refuseAt } from './errors.ts'
import { isJsonObject, type JsonObject } from './json.ts'
import { formatPath, type Path } from './path.ts'

export function parseObject(
  value: unknown,
  path: Path,
  code: FederationErrorCode = 'invalid_request',
): JsonObject {
  if (!isJsonObject(value)) throw refuseAt(path, `must be a JSON object, not ${quote(value)}`, code)
  return value
}

export function parseString(value: unknown, path: Path): string {
  if (typeof value !== 'string' || value === '') {
    throw refuseAt(path, `must be a non-empty string, not ${quote(value)}`)
  }
  return value
}

/** The end of the year 9999, in seconds: what date formats and databases can express. */
const LAST_TIME = 253_402_300_799

/** Seconds since 1970 (RFC 7519 NumericDate). Fractions are allowed. */
export function parseNumericDate(value: unknown, path: Path): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= LAST_TIME)) {
    throw refuseAt(path, `must be seconds since 1970, before the year 10000, not ${quote(value)}`)
  }
  return value
}

export function parseArray<T>(
  value: unknown,
  path: Path,
  parseElement: (element: unknown, path: Path) => T,
): T[] {
  if (!Array.isArray(value)) throw refuseAt(path, `must be an array, not ${quote(value)}`)
  return value.map((element: unknown, index) => parseElement(element, [...path, index]))
}

/** A URL of any scheme, returned unchanged (§7.1). */
export function parseUrl(value: unknown, path: Path): string {
  const url = parseString(value, path)
  if (!URL.canParse(url)) throw refuseAt(path, `must be a URL, not ${quote(url)}`)
  return url
}

/** A non-empty array, such as `authority_hints` (§3.1.2). */
export function parseNonEmptyArray<T>(
  value: unknown,
  path: Path,
  parseElement: (element: unknown, path: Path) => T,
): T[] {
  const elements = parseArray(value, path, parseElement)
  if (elements.length === 0) throw refuseAt(path, 'must not be empty. Omit it instead')
  return elements
}

/** Like {@link parseEntityId}, with the path of the claim in the error. */
export function parseEntityIdAt(
  value: unknown,
  path: Path,
  options: { allowHttp?: boolean | undefined },
): EntityId {
  try {
    return parseEntityId(value, options)
  } catch (error) {
    const { message } = error as FederationError // `parseEntityId` throws no other error
    throw new FederationError('invalid_request', `${formatPath(path)}: ${message}`, { path })
  }
}
