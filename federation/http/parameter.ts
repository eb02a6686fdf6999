/**
 * Parses request parameters from a query or a form, in which a name may be repeated (§8). An empty value counts as
 * absent, as in RFC 6749 §3.1, because client libraries send empty optional parameters.
 */
import { type EntityId, parseEntityId } from '#core/entity-id.ts'
import { FederationError, quote } from '#core/errors.ts'
import { parseJson } from '#core/json.ts'

/** A repeated name has an array of strings. */
type Parameters = Readonly<Record<string, unknown>>

const MAX_BYTES = 2048
const MAX_REPEATS = 32
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are refused
const control = /[\u0000-\u001f\u007f-\u009f]/

/** Reads a parameter that may occur once. @throws FederationError `invalid_request` */
export function readOptional(parameters: unknown, name: string, maxBytes = MAX_BYTES): string | undefined {
  const values = readAll(parameters, name, maxBytes)
  if (values.length > 1) throw refuse(name, 'must not be repeated')
  return values[0]
}

/** Reads a parameter that must occur once. @throws FederationError `invalid_request` */
export function readRequired(parameters: unknown, name: string, maxBytes = MAX_BYTES): string {
  const value = readOptional(parameters, name, maxBytes)
  if (value === undefined) throw refuse(name, 'is required')
  return value
}

/** Reads the distinct values of a parameter that may be repeated. @throws FederationError `invalid_request` */
export function readRepeatable(parameters: unknown, name: string): string[] {
  return [...new Set(readAll(parameters, name, MAX_BYTES))]
}

/** Reads distinct names, repeated, separated by commas, or as JSON, because drafts differ. @throws FederationError `invalid_request` */
export function readNames(parameters: unknown, name: string): string[] {
  const given = readRepeatable(parameters, name).flatMap((value) =>
    value.startsWith('[') ? readArray(value, name) : value.split(','),
  )
  return [...new Set(given.map((each) => each.trim()))].filter(Boolean)
}

function readArray(text: string, name: string): string[] {
  try {
    const value = parseJson(text)
    if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value
  } catch {
    // Refused below.
  }
  throw refuse(name, 'must be names, separated by commas or as a JSON array of strings')
}

/** 0 counts as absent. @throws FederationError `invalid_request` */
export function readOptionalLimit(parameters: unknown): number | undefined {
  const value = readOptional(parameters, 'limit')
  if (value === undefined) return undefined
  if (!/^\d+$/.test(value)) throw refuse('limit', `must be a whole number, not ${quote(value)}`)
  return Number(value) || undefined
}

/** Reads seconds since 1970 (RFC 7519 NumericDate). @throws FederationError `invalid_request` */
export function readOptionalNumericDate(parameters: unknown, name: string): number | undefined {
  const value = readOptional(parameters, name)
  if (value === undefined) return undefined
  if (!/^\d{1,12}(\.\d{1,6})?$/.test(value))
    throw refuse(name, `must be seconds since 1970, not ${quote(value)}`)
  return Number(value)
}

/** Reads `true` or `false`. @throws FederationError `invalid_request` */
export function readOptionalBoolean(parameters: unknown, name: string): boolean | undefined {
  const value = readOptional(parameters, name)
  if (value === undefined) return undefined
  if (value !== 'true' && value !== 'false') throw refuse(name, `must be true or false, not ${quote(value)}`)
  return value === 'true'
}

type IdOptions = { allowHttp: boolean }

/** Reads an Entity Identifier (§1.2). @throws FederationError `invalid_request` */
export function readRequiredEntityId(parameters: unknown, name: string, options: IdOptions): EntityId {
  return parseEntityId(readRequired(parameters, name), options)
}

/** @throws FederationError `invalid_request` */
export function readOptionalEntityId(
  parameters: unknown,
  name: string,
  options: IdOptions,
): EntityId | undefined {
  const value = readOptional(parameters, name)
  return value === undefined ? undefined : parseEntityId(value, options)
}

/** Reads one or more Entity Identifiers. @throws FederationError `invalid_request` */
export function readRequiredEntityIds(parameters: unknown, name: string, options: IdOptions): EntityId[] {
  const values = readRepeatable(parameters, name)
  if (values.length === 0) throw refuse(name, 'is required')
  return values.map((value) => parseEntityId(value, options))
}

function readAll(parameters: unknown, name: string, maxBytes: number): string[] {
  // Both parsers create an object without a prototype, or undefined without a body.
  const values = toArray((parameters as Parameters | undefined)?.[name])
  if (values.length > MAX_REPEATS) throw refuse(name, `must not be repeated more than ${MAX_REPEATS} times`)
  const given = values.map(String).filter((value) => value !== '')
  return given.map((value) => checkValue(name, value, maxBytes))
}

function toArray(value: unknown): unknown[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value]
}

function checkValue(name: string, value: string, maxBytes: number): string {
  if (Buffer.byteLength(value) > maxBytes) throw refuse(name, `is longer than ${maxBytes} bytes`)
  if (control.test(value)) throw refuse(name, 'contains control characters')
  return value
}

function refuse(name: string, finding: string): FederationError {
  return new FederationError('invalid_request', `The parameter ${name} ${finding}.`, { path: [name] })
}
