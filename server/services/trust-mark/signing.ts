/** Builds and signs one Trust Mark, under a delegation where its type has an owner (§7.1, §7.2). */
import { randomUUID } from 'node:crypto'
import type { AdditionalClaims } from '#core/additional-claims.ts'
import { FederationError } from '#core/errors.ts'
import { signJwt } from '#core/jws.ts'
import { buildTrustMark, TRUST_MARK_TYP, verifyDelegation } from '#core/trust-mark/index.ts'
import type { TrustMarkType } from '#prisma/generated/client/client.ts'
import { toUnix } from '#server/clock.ts'
import { typedTrustMarkType } from '#server/database/typed-row.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { hashTrustMark } from '#store/trust-mark-record.ts'

const HOUR = 3600

export type MarkContent = {
  type: Pick<TrustMarkType, 'type' | 'logoUri' | 'ref'>
  entityId: string
  /** Hours from now, or the time of expiry. */
  validFor: number | Date
  additionalClaims: AdditionalClaims | null
  delegation: string | null
}

export type SignedMark = { jwt: string; hash: string; kid: string; issuedAt: Date; expiresAt: Date }

export async function signMark(
  { entityId, signingKeys, now }: Pick<ServiceContext, 'entityId' | 'signingKeys' | 'now'>,
  content: MarkContent,
): Promise<SignedMark> {
  const iat = toUnix(now())
  const { type, validFor, additionalClaims, delegation } = content
  const exp = typeof validFor === 'number' ? iat + validFor * HOUR : toUnix(validFor)
  const claims = buildTrustMark({
    issuer: entityId,
    subject: content.entityId,
    type: type.type,
    iat,
    exp,
    // Status belongs to the JWT (§8.4): two marks issued in one second must differ.
    jti: randomUUID(),
    additionalClaims: additionalClaims ?? {},
    ...(type.logoUri ? { logoUri: type.logoUri } : {}),
    ...(type.ref ? { ref: type.ref } : {}),
    ...(delegation ? { delegation } : {}),
  })
  await signingKeys.refresh() // another process may have changed them
  const { signer } = signingKeys.current()
  const jwt = await signJwt(claims, { key: signer, typ: TRUST_MARK_TYP })
  const [issuedAt, expiresAt] = [new Date(iat * 1000), new Date(exp * 1000)]
  return { jwt, hash: hashTrustMark(jwt), kid: signer.kid, issuedAt, expiresAt }
}

/** A type with an owner always needs the owner's delegation to this anchor (§7.3 step 8). @throws InvalidInputError */
export async function parseDelegation(
  { entityId, allowHttp, now }: Pick<ServiceContext, 'entityId' | 'allowHttp' | 'now'>,
  type: Pick<TrustMarkType, 'type' | 'owner'>,
  delegation: string | null,
): Promise<string | null> {
  const { owner } = typedTrustMarkType(type)
  if (!owner) {
    if (delegation)
      throw new InvalidInputError('This type has no owner, so its marks carry no delegation.', 'delegation')
    return null
  }
  if (!delegation)
    throw new InvalidInputError('Marks of this type need a delegation by its owner.', 'delegation')
  try {
    await verifyDelegation(delegation, {
      owner: owner.sub,
      ownerKeys: owner.jwks,
      issuer: entityId,
      type: type.type,
      allowHttp,
      now: toUnix(now()),
    })
    return delegation
  } catch (error) {
    if (error instanceof FederationError) throw new InvalidInputError(error.message, 'delegation')
    throw error
  }
}
