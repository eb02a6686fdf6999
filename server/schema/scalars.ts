/** Scalars of the API; each validates its input. */
import { findEntityIdError, findUrlError } from '#core/entity-id.ts'
import { formatPath } from '#core/path.ts'
import { requestError } from '#server/error/request-error.ts'
import { findInputFault } from '#server/error/value-check.ts'
import { builder } from '#server/schema/builder.ts'

const MAXIMUM_JWT_BYTES = 1024 * 1024

const reject = (message: string) => requestError('INVALID_INPUT', message)

function text(value: unknown, name: string): string {
  if (typeof value !== 'string') throw reject(`${name} must be a string.`)
  return value
}

/** For a value in the document; variables are checked as a whole before. */
function usable(value: unknown): unknown {
  const fault = findInputFault(value)
  if (fault) throw reject(`${formatPath(fault.path) || 'The value'} ${fault.finding}.`)
  return value
}

builder.scalarType('EntityIdentifier', {
  specifiedByURL: 'https://openid.net/specs/openid-federation-1_0.html#section-1.2',
  description:
    'An Entity Identifier (§1.2): an https URL without query and fragment, at most 2048 bytes, compared code point by code point.',
  serialize: (value) => value,
  parseValue: (value) => {
    // Only the form is checked here; services decide whether http is allowed.
    const fault = findEntityIdError(value, { allowHttp: true })
    if (fault !== undefined) throw reject(`This is not an Entity Identifier: ${fault}.`)
    return String(value)
  },
})

builder.scalarType('URL', {
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3986',
  description: 'An absolute http or https URL, at most 2048 bytes.',
  serialize: (value) => value,
  parseValue: (value) => {
    const url = text(value, 'A URL')
    // A fragment has the characters of a query.
    const fault = findUrlError(url.replace('#', '?'), { allowHttp: true })
    if (fault !== undefined) throw reject(`This is not an http or https URL: ${fault}.`)
    return url
  },
})

builder.scalarType('DateTime', {
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  description: 'A time in RFC 3339 format, in UTC: `2026-11-25T12:00:00.000Z`.',
  serialize: (value) => value.toISOString(),
  parseValue: (value) => {
    const date = new Date(text(value, 'A DateTime'))
    if (Number.isNaN(date.getTime())) throw reject('A DateTime has the form 2026-11-25T12:00:00Z (RFC 3339).')
    return date
  },
})

builder.scalarType('JWT', {
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc7519',
  description: 'A signed JWT in compact form.',
  serialize: (value) => value,
  parseValue: (value) => {
    const jwt = text(value, 'A JWT')
    if (jwt.length > MAXIMUM_JWT_BYTES || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(jwt)) {
      throw reject('A JWT has three base64url parts, separated by dots.')
    }
    return jwt
  },
})

builder.scalarType('JSON', {
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  description: 'Any JSON value. Object members are kept unchanged.',
  serialize: (value) => value,
  parseValue: usable,
})

builder.scalarType('JWKS', {
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc7517#section-5',
  description: 'A JWK Set: an object whose member `keys` is a list of public JWKs, each with a `kid`.',
  serialize: (value) => value,
  parseValue: (value) => {
    const keys = typeof value === 'object' && value !== null && 'keys' in value ? value.keys : undefined
    if (!Array.isArray(keys)) throw reject('A JWK Set is an object with a list `keys`.')
    return usable(value)
  },
})
