/** Limits of what an entity publishes about itself, the same at registration and in a resolver (§18.1). */
import type { EntityStatement } from '../entity-statement/index.ts'
import { FederationError } from '../errors.ts'

export const entityLimits = {
  /** Hints to follow; a resolver tries those that are Trust Anchors first. */
  authorityHints: 32,
  /** Federation Entity Keys. */
  keys: 100,
  /** Bytes of the Entity Configuration as a JWT. */
  bytes: 1024 * 1024,
} as const

type Limit = {
  name: keyof typeof entityLimits
  unit: string
  count(configuration: EntityStatement): number
  /** A resolver refuses the entity; otherwise it ignores the rest. */
  isStrict: boolean
}

const limits: readonly Limit[] = [
  {
    name: 'authorityHints',
    unit: 'authority hints',
    count: ({ claims }) => new Set(claims.authority_hints).size,
    isStrict: false,
  },
  { name: 'keys', unit: 'keys', count: ({ claims }) => claims.jwks.keys.length, isStrict: true },
  { name: 'bytes', unit: 'bytes', count: ({ jwt }) => jwt.length, isStrict: true },
]

/** Returns a sentence for each limit that an Entity Configuration exceeds, to refuse its registration. */
export function findExceededLimits(configuration: EntityStatement): string[] {
  return limits.flatMap((limit) => describeExcess(configuration, limit))
}

/**
 * For a resolver.
 * @throws FederationError `invalid_trust_chain`
 */
export function checkEntityLimits(configuration: EntityStatement): void {
  const [message] = limits
    .filter(({ isStrict }) => isStrict)
    .flatMap((limit) => describeExcess(configuration, limit))
  if (message) throw new FederationError('invalid_trust_chain', message, { check: 'limits' })
}

function describeExcess(configuration: EntityStatement, { name, unit, count }: Limit): string[] {
  const found = count(configuration)
  if (found <= entityLimits[name]) return []
  const { sub } = configuration.claims
  return [
    `The Entity Configuration of ${sub} has ${found} ${unit}. At most ${entityLimits[name]} are allowed.`,
  ]
}
