/** Builds and signs one Trust Mark, under a delegation where its type has an owner (§7.1, §7.2). */
import { randomUUID } from 'node:crypto'
import type { AdditionalClaims } from '#core/additional-claims.ts'
import { signJwt } from '#core/jws.ts'
import { type StatusClaim, statusListUri } from '#core/status-list.ts'
import { buildTrustMark, TRUST_MARK_TYP } from '#core/trust-mark/index.ts'
import type { TrustMarkType } from '#prisma/generated/client/client.ts'
import { toUnix } from '#server/clock.ts'
import { spreadLife } from '#server/publish/spread.ts'
import type { ServiceContext } from '#server/services/context.ts'
import type { Delegation } from '#server/services/trust-mark/delegation.ts'
import { drawEntry, type StatusEntry } from '#server/services/trust-mark/status-entry.ts'
import { hashTrustMark } from '#store/trust-mark-record.ts'

const HOUR = 3600

export type MarkContent = {
  type: Pick<TrustMarkType, 'id' | 'type' | 'logoUri' | 'ref' | 'statusList'>
  entityId: string
  /** Hours from now, spread by the subject, or the time of expiry. A delegation that ends earlier shortens it. */
  validFor: number | Date
  additionalClaims: AdditionalClaims | null
  delegation: Delegation | null
}

export type SignedMark = {
  jwt: string
  hash: string
  kid: string
  issuedAt: Date
  expiresAt: Date
  /** Its entry of a status list; null: it has none. */
  status: StatusEntry | null
}

export async function signMark(
  { db, entityId, signingKeys, now }: Pick<ServiceContext, 'db' | 'entityId' | 'signingKeys' | 'now'>,
  content: MarkContent,
): Promise<SignedMark> {
  const iat = toUnix(now())
  const { type, validFor, additionalClaims, delegation } = content
  const wanted =
    typeof validFor === 'number' ? iat + spreadLife(content.entityId, validFor * HOUR) : toUnix(validFor)
  const exp = Math.min(wanted, delegation?.expires ?? Infinity)
  await signingKeys.refresh() // another process may have changed them
  const { signer } = signingKeys.current()
  const { kid } = signer
  const status = type.statusList ? await drawEntry(db, { trustMarkTypeId: type.id, kid }) : null
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
    ...(delegation ? { delegation: delegation.jwt } : {}),
    ...(status ? { status: toClaim(entityId, status) } : {}),
  })
  const jwt = await signJwt(claims, { key: signer, typ: TRUST_MARK_TYP })
  const [issuedAt, expiresAt] = [new Date(iat * 1000), new Date(exp * 1000)]
  return { jwt, hash: hashTrustMark(jwt), kid, issuedAt, expiresAt, status }
}

const toClaim = (entityId: string, { list, index }: StatusEntry): StatusClaim => ({
  status_list: { idx: index, uri: statusListUri(entityId, list) },
})
