/** Refuses queries and forms with a percent sign that begins no byte: parsers would read it as it is, or drop it. */
import { parse } from 'node:querystring'
import { FederationError } from '#core/errors.ts'

const malformed = /%(?![0-9A-Fa-f]{2})[^&]{0,2}/

/** @throws FederationError `invalid_request` */
export function refuseMalformed(text: string): void {
  const [found] = malformed.exec(text) ?? []
  if (found === undefined) return
  throw new FederationError('invalid_request', `${found} is not percent-encoded. Write % as %25.`)
}

/** @throws FederationError `invalid_request` */
export function parseForm(text: string): Record<string, unknown> {
  refuseMalformed(text)
  return parse(text)
}
