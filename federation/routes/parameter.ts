/** Reads request parameters: a query, or a form, in which any name may stand any number of times (§8). */
import { type EntityId, parseEntityId } from '#core/entity-id.ts'
import { FederationError, quote } from '#core/errors.ts'

/** As the parser leaves it: a string, or an array when the name was repeated. */
type Parameters = Readonly<Record<string, unknown>>

const MAX_BYTES = 2048
const MAX_REPEATS = 32
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
const control = /[\u0000-\u001f\u007f-\u009f]/

/** A parameter that stands at most once. @throws FederationError `invalid_request` */
export function optional(parameters: unknown, name: string, maxBytes = MAX_BYTES): string | undefined {
  const values = all(parameters, name, maxBytes)
  if (values.length > 1) throw refuse(name, 'must not be repeated')
  return values[0]
}

/** A parameter that stands exactly once. @throws FederationError `invalid_request` */
export function required(parameters: unknown, name: string, maxBytes = MAX_BYTES): string {
  const value = optional(parameters, name, maxBytes)
  if (value === undefined) throw refuse(name, 'is required')
  return value
}

/** A parameter that may be repeated; each value once. @throws FederationError `invalid_request` */
export function repeatable(parameters: unknown, name: string): string[] {
  return [...new Set(all(parameters, name, MAX_BYTES))]
}

/** Names that may be repeated, joined by commas, or both, as drafts differ; each once. @throws FederationError `invalid_request` */
export function names(parameters: unknown, name: string): string[] {
  return [...new Set(repeatable(parameters, name).flatMap((value) => value.split(',')))].filter(Boolean)
}

/** How many are wanted at most. @throws FederationError `invalid_request` */
export function optionalLimit(parameters: unknown): number | undefined {
  const value = optional(parameters, 'limit')
  if (value === undefined) return undefined
  if (!/^\d+$/.test(value) || Number(value) === 0) {
    throw refuse('limit', `must be a whole number of at least 1, not ${quote(value)}`)
  }
  return Number(value)
}

/** Seconds since 1970 (RFC 7519 NumericDate). @throws FederationError `invalid_request` */
export function optionalNumericDate(parameters: unknown, name: string): number | undefined {
  const value = optional(parameters, name)
  if (value === undefined) return undefined
  if (!/^\d{1,12}(\.\d{1,6})?$/.test(value))
    throw refuse(name, `must be seconds since 1970, not ${quote(value)}`)
  return Number(value)
}

/** `true` or `false`. @throws FederationError `invalid_request` */
export function optionalBoolean(parameters: unknown, name: string): boolean | undefined {
  const value = optional(parameters, name)
  if (value === undefined) return undefined
  if (value !== 'true' && value !== 'false') throw refuse(name, `must be true or false, not ${quote(value)}`)
  return value === 'true'
}

type IdOptions = { allowHttp: boolean }

/** An Entity Identifier (§1.2). @throws FederationError `invalid_request` */
export function requiredEntityId(parameters: unknown, name: string, options: IdOptions): EntityId {
  return parseEntityId(required(parameters, name), options)
}

/** @throws FederationError `invalid_request` */
export function optionalEntityId(
  parameters: unknown,
  name: string,
  options: IdOptions,
): EntityId | undefined {
  const value = optional(parameters, name)
  return value === undefined ? undefined : parseEntityId(value, options)
}

/** One or more of them. @throws FederationError `invalid_request` */
export function requiredEntityIds(parameters: unknown, name: string, options: IdOptions): EntityId[] {
  const values = repeatable(parameters, name)
  if (values.length === 0) throw refuse(name, 'is required')
  return values.map((value) => parseEntityId(value, options))
}

function all(parameters: unknown, name: string, maxBytes: number): string[] {
  // Both parsers in use make an object without a prototype, or none at all when there is no body.
  const values = given((parameters as Parameters | undefined)?.[name])
  if (values.length > MAX_REPEATS) throw refuse(name, `must not be repeated more than ${MAX_REPEATS} times`)
  return values.map((each) => check(name, String(each), maxBytes))
}

/** Absent is a parameter without a value; an empty value is one, and no parameter allows it. */
function given(value: unknown): unknown[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value]
}

function check(name: string, value: string, maxBytes: number): string {
  if (value === '') throw refuse(name, 'is empty')
  if (Buffer.byteLength(value) > maxBytes) throw refuse(name, `is longer than ${maxBytes} bytes`)
  if (control.test(value)) throw refuse(name, 'contains control characters')
  return value
}

function refuse(name: string, fault: string): FederationError {
  return new FederationError('invalid_request', `The parameter ${name} ${fault}.`, { path: [name] })
}
