/** The signed JWT with which a client says who it is: everything about it that needs no key (§8.8; OpenID Connect Core §9). */
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
  /** Whose endpoint is called: the only audience that is accepted. */
  audience: EntityId
  allowHttp: boolean
  /** Unix seconds. */
  now: number
}

/** Seconds ahead of now; each `jti` has to be remembered for as long. */
const MAX_LIFETIME = 3600
const MAX_JTI_LENGTH = 512

/** A JWT of another type, such as an Entity Statement, must not pass for an assertion. */
const types: readonly unknown[] = [undefined, 'jwt', 'client-authentication+jwt']

/** @throws FederationError `invalid_client` */
export function parseClientAssertion(text: string, options: AssertionOptions): ClientAssertion {
  const { audience, allowHttp, now } = options
  const { text: jwt, header, claims } = decodeJwt(text, 'invalid_client')
  const { iss, sub, aud, jti, iat = now, nbf = iat, exp } = claims
  checkHeader(header)
  if (iss !== sub) throw refuse('iss', `says that ${quote(iss)} is its issuer and ${quote(sub)} its subject`)
  if ((Array.isArray(aud) && aud.length === 1 ? aud[0] : aud) !== audience) {
    throw refuse('aud', `must have ${audience} as its only audience, not ${quote(aud)}`)
  }
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI_LENGTH) {
    throw refuse('jti', `must have a jti of 1 to ${MAX_JTI_LENGTH} characters`)
  }
  if (typeof iat !== 'number') throw refuse('iat', `has the iat ${quote(iat)}, which is no time`)
  if (typeof exp !== 'number') throw refuse('exp', `has the exp ${quote(exp)}, which is no time`)
  // What is not to be used before a time is as good as issued then (RFC 7523 §3).
  if (typeof nbf !== 'number') throw refuse('nbf', `has the nbf ${quote(nbf)}, which is no time`)
  checkValidity({ iat: Math.max(iat, nbf), exp }, { now }, 'the client assertion', 'invalid_client')
  if (exp > now + MAX_LIFETIME) throw refuse('exp', `must expire within ${MAX_LIFETIME} seconds`)
  // The members that the type names have just been checked.
  return { client: parseClient(iss, allowHttp), jti, exp, jwt, header: header as JwsHeader }
}

function checkHeader({ typ, alg, kid, crit }: Record<string, unknown>): void {
  const type = typeof typ === 'string' ? typ.toLowerCase() : typ
  if (!types.includes(type)) throw refuse('typ', `has the typ ${quote(typ)}, which is no client assertion's`)
  if (!findAlgorithm(alg)) throw refuse('alg', `has the alg ${quote(alg)}, which is not accepted`)
  if (typeof kid !== 'string' || kid === '') throw refuse('kid', 'has no kid in its header')
  if (crit !== undefined) throw refuse('crit', 'has critical header parameters that are not understood')
}

function parseClient(value: unknown, allowHttp: boolean): EntityId {
  try {
    return parseEntityId(value, { allowHttp })
  } catch (cause) {
    const message = `the client assertion is by no Entity: ${(cause as FederationError).message}` // it throws no other
    throw new FederationError('invalid_client', message, { check: 'iss' }, { cause })
  }
}

function refuse(check: string, fault: string): FederationError {
  return new FederationError('invalid_client', `the client assertion ${fault}`, { check })
}
