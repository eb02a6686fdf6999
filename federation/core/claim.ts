/** Readers of claim values: a value of the wrong JSON type is refused with the path where it stands. */
import { type EntityId, parseEntityId } from './entity-id.ts'
import { FederationError, type FederationErrorCode, quote } from './errors.ts'
import { isJsonObject, type JsonObject } from './json.ts'

export function parseObject(
  value: unknown,
  path: string,
  code: FederationErrorCode = 'invalid_request',
): JsonObject {
  if (!isJsonObject(value)) {
    throw new FederationError(code, `${path} must be a JSON object, not ${quote(value)}`, { path })
  }
  return value
}

export function parseString(value: unknown, path: string): string {
  if (typeof value !== 'string' || value === '') {
    const message = `${path} must be a non-empty string, not ${quote(value)}`
    throw new FederationError('invalid_request', message, { path })
  }
  return value
}

/** Seconds since the epoch (RFC 7519 NumericDate); fractions are legal on input. */
export function parseNumericDate(value: unknown, path: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    const message = `${path} must be seconds since 1970, not ${quote(value)}`
    throw new FederationError('invalid_request', message, { path })
  }
  return value
}

export function parseArray<T>(
  value: unknown,
  path: string,
  parseElement: (element: unknown, path: string) => T,
): T[] {
  if (!Array.isArray(value)) {
    throw new FederationError('invalid_request', `${path} must be an array, not ${quote(value)}`, { path })
  }
  return value.map((element: unknown, at) => parseElement(element, `${path}[${at}]`))
}

/** A URL of any scheme, as text that names one (§7.1). */
export function parseUrl(value: unknown, path: string): string {
  const url = parseString(value, path)
  if (!URL.canParse(url)) {
    throw new FederationError('invalid_request', `${path} must be a URL, not ${quote(url)}`, { path })
  }
  return url
}

/** An array that must not be empty, such as `authority_hints` (§3.1.2). */
export function parseNonEmptyArray<T>(
  value: unknown,
  path: string,
  parseElement: (element: unknown, path: string) => T,
): T[] {
  const elements = parseArray(value, path, parseElement)
  if (elements.length === 0) {
    throw new FederationError('invalid_request', `${path} must not be empty; leave it out instead`, { path })
  }
  return elements
}

/** {@link parseEntityId}, with the path of the claim in the error. */
export function parseEntityIdAt(
  value: unknown,
  path: string,
  options: { allowHttp?: boolean | undefined },
): EntityId {
  try {
    return parseEntityId(value, options)
  } catch (error) {
    // parseEntityId throws nothing but a FederationError.
    throw new FederationError('invalid_request', `${path}: ${(error as FederationError).message}`, { path })
  }
}

/** Claims of an operator's own, beside those that the specification defines (§3.1, §7.1). */
export type AdditionalClaims = Readonly<Record<string, unknown>>

/**
 * Lets an operator's own claims through unless they take a name that has a meaning already.
 * @throws FederationError `invalid_request`
 */
export function checkAdditionalClaims(
  claims: AdditionalClaims | undefined,
  taken: ReadonlySet<string>,
): AdditionalClaims {
  const name = Object.keys(claims ?? {}).find((candidate) => taken.has(candidate))
  if (name !== undefined) {
    const message = `${quote(name)} cannot be an additional claim: the specification defines it`
    throw new FederationError('invalid_request', message, { path: name })
  }
  return claims ?? {}
}
