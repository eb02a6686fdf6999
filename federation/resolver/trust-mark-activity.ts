/** Whether a Trust Mark is still active: by our own records, or by what its issuer answers (§8.3, §8.4). */
import type { EntityId } from '#core/entity-id.ts'
import { FederationError, quote } from '#core/errors.ts'
import { verifyJwt } from '#core/jws.ts'
import { TRUST_MARK_STATUS_TYP, type TrustMark } from '#core/trust-mark/index.ts'
import { checkValidity } from '#core/validity.ts'
import type { Fetcher } from '#fetcher/fetcher.ts'
import type { Reader } from '#store/reader.ts'
import { fetching } from './fetching.ts'
import type { TrustMarkIssuer } from './trust-mark-issuer.ts'

export type ActivityOptions = {
  entityId: EntityId
  reader: Reader
  fetcher: Pick<Fetcher, 'trustMarkStatus'>
  /** Unix seconds. */
  now: () => number
}

/**
 * Refuses a mark whose issuer does not say that it is active. An issuer without a status endpoint is not asked.
 * @throws FederationError
 */
export async function checkActivity(
  mark: TrustMark,
  issuer: TrustMarkIssuer,
  signal: AbortSignal,
  { entityId, reader, fetcher, now }: ActivityOptions,
): Promise<void> {
  if (issuer.id === entityId) {
    if ((await reader.trustMarkStanding(mark.jwt)) !== 'standing') throw refuse('was revoked')
    return
  }
  const { statusEndpoint, keys } = issuer
  if (statusEndpoint === undefined) return
  const jwt = await fetching(() => fetcher.trustMarkStatus(statusEndpoint, mark.jwt, { signal }))
  const { claims } = await verifyJwt(jwt, { typ: TRUST_MARK_STATUS_TYP, keys })
  if (claims.iss !== issuer.id) throw refuse(`has a status from ${quote(claims.iss)}, not from its issuer`)
  if (claims.trust_mark !== mark.jwt) throw refuse('has an answer about another mark as its status')
  if (typeof claims.iat !== 'number') throw refuse('has a status without the time at which it was given')
  const exp = typeof claims.exp === 'number' ? claims.exp : undefined
  checkValidity({ iat: claims.iat, exp }, { now: now() }, 'the status of the Trust Mark')
  if (claims.status !== 'active') throw refuse(`has the status ${quote(claims.status)}`)
}

function refuse(fault: string): FederationError {
  return new FederationError('invalid_request', `the Trust Mark ${fault}`, { check: 'status' })
}
