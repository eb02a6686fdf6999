/** Builds resolve responses: a subject's resolved metadata with its Trust Chain (§8.3.2). */
import type { EntityId } from './entity-id.ts'
import type { EntityStatement, TrustMarkEntry } from './entity-statement/index.ts'
import type { Metadata } from './metadata.ts'

export const RESOLVE_RESPONSE_TYP = 'resolve-response+jwt'

export type ResolveResponseClaims = {
  iss: EntityId
  sub: EntityId
  iat: number
  exp: number
  metadata: Metadata
  trust_chain: string[]
  trust_marks?: TrustMarkEntry[]
}

/**
 * Times are unix seconds. `exp` is the earliest expiry of the chain and of every Trust Mark. `metadata` has only the
 * requested Entity Types.
 */
export function buildResolveResponse(input: {
  issuer: EntityId
  subject: EntityId
  iat: number
  exp: number
  chain: { statements: readonly EntityStatement[] }
  metadata: Metadata
  trustMarks?: readonly TrustMarkEntry[] | undefined
}): ResolveResponseClaims {
  return {
    iss: input.issuer,
    sub: input.subject,
    iat: Math.floor(input.iat),
    exp: Math.floor(input.exp),
    metadata: input.metadata,
    trust_chain: input.chain.statements.map(({ jwt }) => jwt),
    ...(input.trustMarks?.length ? { trust_marks: [...input.trustMarks] } : {}),
  }
}
