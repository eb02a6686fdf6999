/** An example of an Entity Configuration (§9) with the values of an organization, for its first entity. */
import { entityIdProblem, toEntityId } from '#lib/entity/id.ts'

export const exampleTypes = ['openid_relying_party', 'openid_provider'] as const
export type ExampleType = (typeof exampleTypes)[number]

export interface ExampleValues {
  /** As typed. */
  entityId: string
  type: ExampleType
  /** The Entity Identifier of the Trust Anchor. */
  anchor: string
  organization: string
  /** Addresses. */
  contacts: readonly string[]
  now: Date
}

/** Until the person has entered one. */
export const EXAMPLE_ENTITY = 'https://rp.example.org'
/** In the place of a value that only the software of the entity knows. */
export const KEY_PLACEHOLDER = 'REPLACE'

const DAY = 86_400

/** The Entity Identifier, or the example of one while the text is none. */
export function exampleEntityId(typed: string): string {
  const entityId = toEntityId(typed)
  return entityIdProblem(entityId) ? EXAMPLE_ENTITY : entityId
}

/** Where the configuration is published (§9). */
export const configurationUrl = (entityId: string) =>
  `${entityId.replace(/\/$/, '')}/.well-known/openid-federation`

export const exampleHeader = { typ: 'entity-statement+jwt', alg: 'ES256', kid: KEY_PLACEHOLDER }

/** Its claims. With keys of the entity in the place of the placeholders, the entity can be registered. */
export function exampleClaims({ entityId: typed, type, anchor, organization, contacts, now }: ExampleValues) {
  const entityId = exampleEntityId(typed)
  const iat = Math.floor(now.getTime() / 1000)
  const publicKey = { kty: 'EC', crv: 'P-256', x: KEY_PLACEHOLDER, y: KEY_PLACEHOLDER }
  return {
    iss: entityId,
    sub: entityId,
    iat,
    exp: iat + DAY,
    jwks: { keys: [{ kid: KEY_PLACEHOLDER, use: 'sig', alg: 'ES256', ...publicKey }] },
    authority_hints: [anchor],
    metadata: {
      federation_entity: {
        organization_name: organization,
        ...(contacts.length > 0 && { contacts: [...contacts] }),
      },
      [type]: metadataOf[type](entityId.replace(/\/$/, ''), entityId, organization),
    },
  }
}

const metadataOf: Readonly<Record<ExampleType, (base: string, entityId: string, name: string) => object>> = {
  openid_relying_party: (base, _entityId, name) => ({
    client_name: `Service of ${name}`,
    redirect_uris: [`${base}/callback`],
    response_types: ['code'],
    grant_types: ['authorization_code'],
    client_registration_types: ['automatic'],
    token_endpoint_auth_method: 'private_key_jwt',
    jwks_uri: `${base}/jwks`,
  }),
  openid_provider: (base, entityId) => ({
    issuer: entityId,
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/token`,
    userinfo_endpoint: `${base}/userinfo`,
    jwks_uri: `${base}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['ES256', 'RS256'],
    client_registration_types_supported: ['automatic'],
  }),
}
