/** Random policies, constraints, metadata and plans. */
import fc from 'fast-check'
import type { Constraints } from '#core/constraints.ts'
import { FederationError } from '#core/errors.ts'
import type { Metadata } from '#core/metadata.ts'
import { type MetadataPolicy, parseMetadataPolicy } from '#core/metadata-policy/index.ts'

const types = ['openid_relying_party', 'openid_provider', 'federation_entity']
const lists = [['a'], ['b'], ['a', 'b'], []]
const value = fc.constantFrom<unknown>('a', 'b', 'a b', 1, true, ...lists)
const list = fc.constantFrom(...lists)
/** `own`: the identifier of the entity. */
const issuer = fc.constantFrom('own', 'own', 'own', 'https://other.example.org')
const parameters = fc.record({ issuer, scope: value, alpha: value, beta: value }, { requiredKeys: [] })
/** What an entity declares. */
export const declared = fc.dictionary(fc.constantFrom(...types), parameters, { minKeys: 1, maxKeys: 3 })
const forced = fc.dictionary(
  fc.constantFrom(...types),
  fc.record({ alpha: value, beta: value }, { requiredKeys: [] }),
  { maxKeys: 2 },
)

const operators = fc.record(
  {
    value: fc.option(value),
    add: list,
    default: value,
    one_of: list,
    subset_of: list,
    superset_of: list,
    essential: fc.boolean(),
  },
  { requiredKeys: [] },
)
const policyFor = (...names: string[]): fc.Arbitrary<MetadataPolicy> =>
  fc
    .dictionary(
      fc.constantFrom(...types),
      fc.dictionary(fc.constantFrom(...names), operators, { minKeys: 1, maxKeys: 1 }),
      { minKeys: 1, maxKeys: 2 },
    )
    .filter(isPolicy)
/** Services refuse policies of the federation and of a member that contradict each other, so these name others. */
export const federationPolicy = fc.oneof(policyFor('scope', 'alpha', 'issuer'), fc.constant({}))
const memberPolicy = fc.option(policyFor('beta'))

function isPolicy(given: unknown): given is MetadataPolicy {
  try {
    parseMetadataPolicy(given)
    return true
  } catch (error) {
    if (error instanceof FederationError) return false
    throw error
  }
}

export const constraints = fc.constantFrom<Constraints>(
  {},
  { max_path_length: 0 },
  { max_path_length: 1 },
  { naming_constraints: { permitted: ['.inside.example.org'] } },
  { naming_constraints: { excluded: ['.outside.example.org'] } },
  { allowed_entity_types: ['openid_provider'] },
  { allowed_entity_types: ['openid_relying_party', 'openid_provider'], max_path_length: 2 },
)
const rarely = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined, freq: 1 })

/** What an Intermediate states about an entity. */
export const statementOfIntermediate = fc
  .record({
    metadata: rarely(forced),
    metadataPolicy: rarely(policyFor('alpha', 'beta')),
    constraints: rarely(constraints),
  })
  .map(({ constraints: given, ...statement }) => ({
    ...statement,
    // An Intermediate with no other one below it would keep its entities from resolving.
    ...(given && given.max_path_length === undefined ? { constraints: given } : {}),
  }))

/** The columns of a member that a plan changes. `jwks`: which of its own keys, or a foreign key. */
export type MemberChange = {
  forcedMetadata?: Metadata | null
  metadataPolicy?: MetadataPolicy | null
  constraints?: Constraints | null
  jwks?: 'own' | 'first' | 'second' | 'both' | 'other'
  active?: boolean
} | null

const terms: fc.Arbitrary<MemberChange> = fc.record(
  {
    forcedMetadata: fc.option(forced),
    metadataPolicy: memberPolicy,
    constraints: fc.option(constraints),
    jwks: fc.constantFrom('own', 'first', 'second', 'both', 'other'),
    active: fc.boolean(),
  },
  { requiredKeys: [] },
)
const memberChange = fc.oneof<fc.MaybeWeightedArbitrary<MemberChange>[]>(
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constant({ active: false }) },
  { weight: 1, arbitrary: fc.constant({ active: true }) },
  { weight: 4, arbitrary: terms },
)

/** `at`: positions of members. */
export const plan = fc.record(
  {
    metadataPolicy: federationPolicy,
    constraints,
    members: fc.uniqueArray(fc.record({ at: fc.nat(9), after: memberChange }), {
      selector: ({ at }) => at,
      minLength: 1,
      maxLength: 3,
    }),
    typeIsActive: fc.boolean(),
    revoked: fc.nat(9),
  },
  { requiredKeys: [] },
)
export type RandomPlan = typeof plan extends fc.Arbitrary<infer Plan> ? Plan : never
