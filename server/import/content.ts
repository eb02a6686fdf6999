/** The content of an installation, as read from Redis and PostgreSQL of inmor in Python and Rust or from a mirror, unchecked. */
import { FederationError } from '#core/errors.ts'
import { decodeJwt } from '#core/jws.ts'

export type SourceSubordinate = {
  entityId: string
  /** The Subordinate Statement, a JWT. */
  statement: string | null
  /** Its own Entity Configuration, a JWT. */
  configuration: string | null
  /** Known to PostgreSQL only. */
  row: SubordinateRow | null
}

type SubordinateRow = {
  registeredAt: Date
  /** Hours. */
  validFor: number
  autorenew: boolean
  active: boolean
  forcedMetadata: unknown
  jwks: unknown
  requiredTrustMarks: string[]
  additionalClaims: unknown
}

export type SourceTrustMarkType = { type: string; row: TrustMarkTypeRow | null }

/** `validFor` and `renewalTime` in hours. */
export type TrustMarkTypeRow = { autorenew: boolean; validFor: number; renewalTime: number; active: boolean }

export type SourceTrustMark = {
  type: string
  entityId: string
  /** Usually null once revoked. */
  jwt: string | null
  isRevoked: boolean
  row: TrustMarkRow | null
}

type TrustMarkRow = {
  autorenew: boolean
  validFor: number
  renewalTime: number
  issuedAt: Date
  expiresAt: Date | null
  additionalClaims: unknown
}

/** A status list, and the type and key of its marks. `bits`: before compression. */
export type SourceStatusList = { number: number; type: string; kid: string; bits: Uint8Array<ArrayBuffer> }

export type InmorContent = {
  /** The Trust Anchor's Entity Configuration, a JWT. */
  configuration: string | null
  /** The signed set of historical keys, a JWT. */
  historicalKeys: string | null
  subordinates: SourceSubordinate[]
  trustMarkTypes: SourceTrustMarkType[]
  /** Known to a mirror only. */
  statusLists: SourceStatusList[]
  trustMarks: SourceTrustMark[]
  /** SHA-256 of every mark JWT ever issued, hex. */
  issuedHashes: string[]
}

/** Joins the two sources, either of which may be empty. PostgreSQL has more fields; Redis knows the revocations. */
export function joinContent(redis: InmorContent, database: InmorContent): InmorContent {
  const markKey = ({ type, entityId }: SourceTrustMark) => `${type} ${entityId}`
  return {
    configuration: redis.configuration,
    historicalKeys: redis.historicalKeys,
    issuedHashes: redis.issuedHashes,
    statusLists: [],
    subordinates: join(
      redis.subordinates,
      database.subordinates,
      ({ entityId }) => entityId,
      (a, b) => ({
        ...b,
        statement: a.statement ?? b.statement,
        configuration: a.configuration ?? b.configuration,
      }),
    ),
    trustMarkTypes: join(
      redis.trustMarkTypes,
      database.trustMarkTypes,
      ({ type }) => type,
      (_, b) => b,
    ),
    trustMarks: join(redis.trustMarks, database.trustMarks, markKey, (a, b) => ({
      ...b,
      jwt: a.jwt ?? b.jwt,
      isRevoked: a.isRevoked || b.isRevoked,
    })),
  }
}

export const noContent: InmorContent = {
  configuration: null,
  historicalKeys: null,
  subordinates: [],
  trustMarkTypes: [],
  statusLists: [],
  trustMarks: [],
  issuedHashes: [],
}

function join<T>(
  first: readonly T[],
  second: readonly T[],
  keyOf: (item: T) => string,
  merge: (a: T, b: T) => T,
): T[] {
  const joined = new Map(first.map((item) => [keyOf(item), item]))
  for (const item of second) {
    const other = joined.get(keyOf(item))
    joined.set(keyOf(item), other ? merge(other, item) : item)
  }
  return [...joined.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

/** Reads a JWT of the old installation without verifying it; null if it is not a JWT. */
function decoded(jwt: string | null): ReturnType<typeof decodeJwt> | null {
  if (jwt === null) return null
  try {
    return decodeJwt(jwt)
  } catch (error) {
    if (error instanceof FederationError) return null
    throw error
  }
}

export function claimsOf(jwt: string | null): Record<string, unknown> | null {
  return decoded(jwt)?.claims ?? null
}

export function kidOf(jwt: string | null): string | null {
  const kid = decoded(jwt)?.header.kid
  return typeof kid === 'string' ? kid : null
}
