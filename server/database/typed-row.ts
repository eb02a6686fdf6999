/** Reads rows with the types of their JSON columns. Services parse each value before they write it. */
import type { AdditionalClaims } from '#core/additional-claims.ts'
import type { Constraints } from '#core/constraints.ts'
import type { EndpointAuthMethods } from '#core/endpoint.ts'
import type { TrustMarkEntry } from '#core/entity-statement/index.ts'
import type { JwkSet } from '#core/keys.ts'
import type { Metadata } from '#core/metadata.ts'
import type { MetadataPolicy } from '#core/metadata-policy/index.ts'
import type { TrustMarkIssuers, TrustMarkOwner, TrustMarkOwners } from '#core/trust-mark/index.ts'
import type * as row from '#prisma/generated/client/client.ts'

/** What an anchor is for. */
export type Environment = 'PRODUCTION' | 'TEST' | 'OTHER'

type SettingsJson = {
  environment: Environment | null
  organization: Record<string, unknown>
  trustMarks: TrustMarkEntry[]
  trustMarkIssuers: TrustMarkIssuers
  trustMarkOwners: TrustMarkOwners
  metadataPolicy: MetadataPolicy
  constraints: Constraints
  trustAnchors: Record<string, JwkSet>
  endpointAuthMethods: EndpointAuthMethods
}

type SubordinateJson = {
  metadata: Metadata
  forcedMetadata: Metadata | null
  metadataPolicy: MetadataPolicy | null
  constraints: Constraints | null
  jwks: JwkSet
  additionalClaims: AdditionalClaims | null
}

type TrustMarkTypeJson = { owner: TrustMarkOwner | null }

type TrustMarkJson = { additionalClaims: AdditionalClaims | null }

type Typed<Row, Json> = Omit<Row, keyof Json> & Pick<Json, keyof Json & keyof Row>

export type Settings = Typed<row.Settings, SettingsJson>
export type Subordinate = Typed<row.Subordinate, SubordinateJson>
export type TrustMarkType = Typed<row.TrustMarkType, TrustMarkTypeJson>

/** A reader of whole rows, or of some of their columns. */
function reader<Json>() {
  return <Row extends object>(columns: Row) => columns as Typed<Row, Json> // parsed when written
}

export const typedSubordinate = reader<SubordinateJson>()
export const typedTrustMarkType = reader<TrustMarkTypeJson>()
export const typedTrustMark = reader<TrustMarkJson>()
