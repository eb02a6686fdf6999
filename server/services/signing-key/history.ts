/** Builds the entries of the historical keys: validity and revocation (§8.7). */
import type { HistoricalKey } from '#core/historical-keys.ts'
import { type Jwk, toPublicJwk } from '#core/keys.ts'
import type { SigningKey } from '#prisma/generated/client/client.ts'
import { toUnix } from '#server/clock.ts'
import type { Transaction } from '#server/database/client.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import { isLine } from '#server/services/line.ts'

const MAXIMUM_REASON_LENGTH = 100

export async function retiredKey(tx: Transaction, jwk: Jwk, now: Date): Promise<HistoricalKey> {
  const row = await tx.signingKey.findUnique({ where: { kid: jwk.kid } })
  const since = row && (await issuedAt(tx, row))
  return { ...toPublicJwk(jwk), ...(since ? { iat: toUnix(since) } : {}), exp: toUnix(now) }
}

/** A retired key keeps its `exp`. */
export function revokedKey(key: HistoricalKey, reason: string, now: Date): HistoricalKey {
  // §8.7.3: omit the reason instead of `unspecified`.
  const because = reason === 'unspecified' ? {} : { reason }
  return { ...key, revoked: { revoked_at: toUnix(now), ...because } }
}

/** A key that was already signing may have signed since this installation, or its oldest mark, exists. */
async function issuedAt(tx: Transaction, row: SigningKey): Promise<Date> {
  const wasMadeHere = row.signsSince === null || row.signsSince > row.createdAt
  if (wasMadeHere) return row.createdAt
  const first = await tx.auditEvent.findFirst({ orderBy: { id: 'asc' }, select: { at: true } })
  const { _min } = await tx.issuedTrustMark.aggregate({
    where: { kid: row.kid },
    _min: { issuedAt: true },
  })
  const times = [row.createdAt, first?.at, _min.issuedAt].filter((time) => time instanceof Date)
  return new Date(Math.min(...times.map(Number)))
}

/** A reason of the specification or of the federation (§8.7.3). @throws InvalidInputError */
export function parseReason(reason: string): string {
  const text = reason.trim()
  if (isLine(text, MAXIMUM_REASON_LENGTH)) return text
  throw new InvalidInputError(
    `The reason must be compromised, superseded, unspecified, or your own words of at most ${MAXIMUM_REASON_LENGTH} characters.`,
    'reason',
  )
}
