/** Reduces an entity to what policies of the federation can tell apart, so that equal ones are examined once. */
import { getMember } from '#core/json.ts'
import { type Metadata, typesWithIssuer } from '#core/metadata.ts'
import type { MetadataPolicy } from '#core/metadata-policy/index.ts'

/** What of an entity decides how policies affect it. `sub` is in its configuration, `entityId` is registered. */
export type Affected = { sub: string; entityId: string; metadata: Metadata }

/** They act alike on all values of a parameter, and keep them. */
const withoutValue = ['essential', 'default']
/** For an entity whose identifier does not matter. */
const ANY = 'https://entity.invalid'

type Superior = {
  policies: readonly MetadataPolicy[]
  forced: Metadata
  /** Whether they depend on the identifier. */
  hasNamingConstraints: boolean
}

/** The resolved metadata of the result differs between the policies exactly as that of the entity does. */
export function createReach(superior: Superior): (entity: Affected) => Affected {
  const { policies, forced, hasNamingConstraints } = superior
  const named = namedBy(policies)
  const setsIssuer = (type: string) =>
    named.get(type)?.has('issuer') || getMember(getMember(forced, type), 'issuer') !== undefined

  /** An issuer that is not the entity is refused. */
  function dependsOnIdentity({ sub, metadata }: Affected): boolean {
    return typesWithIssuer.some((type) => {
      const parameters = getMember(metadata, type)
      if (!parameters) return false
      const issuer = getMember(parameters, 'issuer')
      return setsIssuer(type) || (issuer !== undefined && issuer !== sub)
    })
  }

  return (entity) => {
    const isNamed = hasNamingConstraints || dependsOnIdentity(entity)
    const types = Object.entries(entity.metadata).flatMap(([type, parameters]) => {
      const names = named.get(type)
      const hasIssuer = isNamed && typesWithIssuer.includes(type)
      if (!names && !hasIssuer) return []
      const selected = Object.entries(parameters).flatMap(([name, value]): [string, unknown][] => {
        if (names?.get(name) || (hasIssuer && name === 'issuer')) return [[name, value]]
        return names?.has(name) ? [[name, true]] : []
      })
      return [[type, Object.fromEntries(selected)]]
    })
    const { sub, entityId } = isNamed ? entity : { sub: ANY, entityId: ANY }
    return { sub, entityId, metadata: Object.fromEntries(types) }
  }
}

/** Entity Type -> parameter -> whether its value matters, not only its presence. */
function namedBy(policies: readonly MetadataPolicy[]): Map<string, Map<string, boolean>> {
  const named = new Map<string, Map<string, boolean>>()
  for (const policy of policies) {
    for (const [type, parameters] of Object.entries(policy)) {
      const names = named.get(type) ?? new Map<string, boolean>()
      named.set(type, names)
      for (const [name, operators] of Object.entries(parameters)) {
        const usesValue = Object.keys(operators).some((operator) => !withoutValue.includes(operator))
        names.set(name, usesValue || names.get(name) === true)
      }
    }
  }
  return named
}
