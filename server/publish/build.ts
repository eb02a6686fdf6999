/** Converts database rows to the claims from which core builds statements; no I/O, no signature. */
import { algorithms } from '#core/algorithm.ts'
import type { Constraints } from '#core/constraints.ts'
import {
  buildEndpointUrl,
  type EndpointAuthMethods,
  endpointNames,
  endpoints,
  getAuthMethodsParameter,
  getEndpointParameter,
} from '#core/endpoint.ts'
import {
  buildEntityConfiguration,
  buildSubordinateStatement,
  type EntityStatementClaims,
} from '#core/entity-statement/index.ts'
import { getMember } from '#core/json.ts'
import type { JwkSet } from '#core/keys.ts'
import { type MetadataPolicy, mergeMetadataPolicies } from '#core/metadata-policy/index.ts'
import type { TrustMarkIssuers, TrustMarkOwner, TrustMarkOwners } from '#core/trust-mark/index.ts'
import type { Settings, Subordinate, TrustMarkType } from '#server/database/typed-row.ts'
import { type Life, listOwner, listOwnKeys, vouchFor } from '#server/publish/published-keys.ts'
import { spreadLife } from '#server/publish/spread.ts'

const HOUR = 3600

export type StatementSubject = Pick<
  Subordinate,
  'entityId' | 'jwks' | 'forcedMetadata' | 'metadataPolicy' | 'constraints' | 'additionalClaims' | 'validFor'
>

/** The Trust Anchor's Entity Configuration (§3.1.1, §3.1.2, §9). `now` in unix seconds; `kid` of the key that signs. */
export function entityConfigurationClaims(input: {
  entityId: string
  settings: Settings
  types: readonly Pick<TrustMarkType, 'type' | 'active' | 'owner'>[]
  keys: JwkSet
  kid: string
  now: number
}): EntityStatementClaims {
  const { entityId, settings, types, kid, now } = input
  const exp = now + settings.entityConfigurationHours * HOUR
  const life = { now, until: exp }
  const keys = listOwnKeys(input.keys, { ...life, kid })
  return buildEntityConfiguration({
    entityId,
    iat: now,
    exp,
    keys,
    metadata: {
      federation_entity: {
        ...settings.organization,
        ...(settings.organizationName ? { organization_name: settings.organizationName } : {}),
        ...endpointMetadata(entityId, settings.endpoints, settings.endpointAuthMethods),
      },
    },
    authorityHints: settings.authorityHints,
    trustAnchorHints: settings.trustAnchorHints,
    trustMarks: settings.trustMarks,
    trustMarkIssuers: trustMarkIssuers(entityId, settings, types),
    trustMarkOwners: trustMarkOwners(settings, types, { sub: entityId, jwks: keys }, life),
  })
}

/** Foreign issuers as configured, and ourselves for each of our types in use. */
function trustMarkIssuers(
  entityId: string,
  settings: Settings,
  types: readonly Pick<TrustMarkType, 'type' | 'active'>[],
): TrustMarkIssuers {
  const issuers = { ...settings.trustMarkIssuers }
  for (const { type, active } of types) {
    const others = issuers[type]
    const isOpen = others?.length === 0 // an empty list allows every issuer, this anchor included
    if (active && !isOpen && !others?.includes(entityId)) issuers[type] = [entityId, ...(others ?? [])]
  }
  return issuers
}

/** If we own a type ourselves, our present keys sign its delegations, not those that were entered. */
function trustMarkOwners(
  settings: Settings,
  types: readonly Pick<TrustMarkType, 'type' | 'active' | 'owner'>[],
  self: TrustMarkOwner,
  life: Life,
): TrustMarkOwners {
  const owners = { ...settings.trustMarkOwners }
  for (const { type, active, owner } of types) {
    const listed = owner ?? getMember(owners, type)
    if (active && listed) owners[type] = listed.sub === self.sub ? self : listed
  }
  return Object.fromEntries(Object.entries(owners).map(([type, owner]) => [type, listOwner(owner, life)]))
}

/** The Subordinate Statement about one subordinate (§3.1.1, §3.1.3). `now` in unix seconds. */
export function subordinateStatementClaims(input: {
  entityId: string
  settings: Settings
  subordinate: StatementSubject
  now: number
}): EntityStatementClaims {
  const { entityId, settings, subordinate, now } = input
  // The maximum may have been lowered since the hours were set.
  const hours = Math.min(subordinate.validFor ?? settings.statementHours, settings.maximumStatementHours)
  const until = now + spreadLife(subordinate.entityId, hours * HOUR)
  const { keys, exp } = vouchFor(subordinate.jwks, { now, until })
  return buildSubordinateStatement({
    issuer: entityId,
    subject: subordinate.entityId,
    iat: now,
    exp,
    keys,
    ...optional('metadata', subordinate.forcedMetadata),
    ...optional('metadataPolicy', statementPolicy(settings, subordinate)),
    ...optional('constraints', statementConstraints(settings, subordinate)),
    ...optional('additionalClaims', subordinate.additionalClaims),
    sourceEndpoint: buildEndpointUrl(entityId, 'fetch'),
  })
}

/** Of members without a policy of their own, which are most; by the federation's policy. */
const common = new WeakMap<MetadataPolicy, MetadataPolicy>()

/** The federation's policy merged with that of the subordinate: one statement holds one policy (§6.1.4.1). */
function statementPolicy(
  { metadataPolicy: policy }: Pick<Settings, 'metadataPolicy'>,
  { metadataPolicy: own }: Pick<Subordinate, 'metadataPolicy'>,
): MetadataPolicy {
  if (own) return mergeMetadataPolicies([policy, own])
  const merged = common.get(policy) ?? mergeMetadataPolicies([policy, {}])
  common.set(policy, merged)
  return merged
}

/** The federation's constraints; a member that the subordinate sets itself takes precedence. */
function statementConstraints(settings: Settings, subordinate: StatementSubject): Constraints {
  return { ...settings.constraints, ...subordinate.constraints }
}

function optional<Name extends string, Value extends object>(
  name: Name,
  value: Value | null,
): Record<Name, Value> | Record<never, never> {
  return value && Object.keys(value).length > 0 ? ({ [name]: value } as Record<Name, Value>) : {}
}

/** The signature algorithms for client authentication (§8.8.1). */
const clientAssertionAlgorithms = algorithms.map(({ alg }) => alg)

/** The endpoint parameters; those of authentication only where it is not the default, `["none"]`. */
export function endpointMetadata(
  entityId: string,
  advertised: readonly string[],
  authMethods: EndpointAuthMethods,
): Record<string, unknown> {
  const metadata: Record<string, unknown> = {}
  for (const name of endpointNames) {
    if (endpoints[name].advertised !== 'always' && !advertised.includes(name)) continue
    metadata[getEndpointParameter(name)] = buildEndpointUrl(entityId, name)
    const methods = authMethods[name]
    if (methods?.includes('private_key_jwt')) {
      metadata[getAuthMethodsParameter(name)] = methods
      metadata.endpoint_auth_signing_alg_values_supported = clientAssertionAlgorithms
    }
  }
  return metadata
}
