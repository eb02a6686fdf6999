/** Parses client assertions and checks everything that needs no key (§8.8; OpenID Connect Core §9). */
import { findAlgorithm } from '#core/algorithm.ts'
import { type EntityId, parseEntityId } from '#core/entity-id.ts'
import { FederationError, quote } from '#core/errors.ts'
import { decodeJwt, type JwsHeader } from '#core/jws.ts'
import { checkValidity } from '#core/validity.ts'

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

export type ClientAssertion = {
  client: EntityId
  jti: string
  /** Unix seconds. */
  exp: number
  jwt: string
  header: JwsHeader
}

type AssertionOptions = {
  /** The only accepted audience: the entity whose endpoint is called. */
  audience: EntityId
  allowHttp: boolean
  /** Unix seconds. */
  now: number
}

/** Seconds. A used `jti` must be stored for this time. */
const MAX_LIFETIME = 3600
const MAX_JTI_LENGTH = 512

/** An Entity Statement, for example, must not pass as an assertion. */
const types: readonly unknown[] = [undefined, 'jwt', 'client-authentication+jwt']

/** @throws FederationError `invalid_client` */
export function parseClientAssertion(text: string, options: AssertionOptions): ClientAssertion {
  const { audience, allowHttp, now } = options
  const { text: jwt, header, claims } = decodeJwt(text, 'invalid_client')
  const { iss, sub, aud, jti, iat = now, nbf = iat, exp } = claims
  checkHeader(header)
  if (iss !== sub)
    throw refuse('iss', `has the iss ${quote(iss)} and the sub ${quote(sub)}, which must be equal`)
  if ((Array.isArray(aud) && aud.length === 1 ? aud[0] : aud) !== audience) {
    throw refuse('aud', `has the audience ${quote(aud)}; expected only ${audience}`)
  }
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI_LENGTH) {
    throw refuse('jti', `must have a jti of 1 to ${MAX_JTI_LENGTH} characters`)
  }
  if (typeof iat !== 'number') throw refuseTime('iat', iat)
  if (typeof exp !== 'number') throw refuseTime('exp', exp)
  if (typeof nbf !== 'number') throw refuseTime('nbf', nbf)
  // An assertion with an nbf counts as issued then (RFC 7523 §3).
  checkValidity({ iat: Math.max(iat, nbf), exp }, { now }, 'The client assertion', 'invalid_client')
  if (exp > now + MAX_LIFETIME) throw refuse('exp', `must expire within ${MAX_LIFETIME} seconds`)
  // The members of the type were checked above.
  return { client: parseClient(iss, allowHttp), jti, exp, jwt, header: header as JwsHeader }
}

function checkHeader({ typ, alg, kid, crit }: Record<string, unknown>): void {
  const type = typeof typ === 'string' ? typ.toLowerCase() : typ
  if (!types.includes(type))
    throw refuse('typ', `has the typ ${quote(typ)}; expected client-authentication+jwt`)
  if (!findAlgorithm(alg)) throw refuse('alg', `has the unsupported alg ${quote(alg)}`)
  if (typeof kid !== 'string' || kid === '') throw refuse('kid', 'has no kid in its header')
  if (crit !== undefined) throw refuse('crit', 'has unsupported critical header parameters')
}

function parseClient(value: unknown, allowHttp: boolean): EntityId {
  try {
    return parseEntityId(value, { allowHttp })
  } catch (cause) {
    const { message } = cause as FederationError // `parseEntityId` throws no other error
    throw new FederationError(
      'invalid_client',
      `The iss of the client assertion: ${message}`,
      { check: 'iss' },
      { cause },
    )
  }
}

function refuseTime(claim: string, value: unknown): FederationError {
  return refuse(claim, `has an invalid ${claim} ${quote(value)}; expected seconds since 1970`)
}

function refuse(check: string, finding: string): FederationError {
  return new FederationError('invalid_client', `The client assertion ${finding}.`, { check })
}
