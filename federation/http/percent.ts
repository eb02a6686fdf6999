/** Refuses queries and forms with a percent sign that begins no byte: parsers would read it as it is, or drop it. */
import { parse } from 'node:querystring'
import { FederationError } from '#core/errors.ts'

const malformed = /%(?![0-9A-Fa-f]{2})[^&]{0,2}/

/** The error of a URL or a form; undefined: none. */
export function findMalformed(text: string): FederationError | undefined {
  const [found] = malformed.exec(text) ?? []
  if (found === undefined) return undefined
  return new FederationError('invalid_request', `${found} is not percent-encoded. Write % as %25.`)
}

/** @throws FederationError `invalid_request` */
export function parseForm(text: string): Record<string, unknown> {
  const error = findMalformed(text)
  if (error) throw error
  return parse(text, '&', '=', { maxKeys: 0 })
}
