/** Reduces an entity to what the statements above it can tell apart, so that equal ones are examined once. */
import type { EntityStatement } from '#core/entity-statement/index.ts'
import { getMember, isJsonEqual } from '#core/json.ts'
import { type Metadata, typesWithIssuer } from '#core/metadata.ts'
import type { MetadataPolicy } from '#core/metadata-policy/index.ts'

/** What of an entity decides how superiors affect it. `sub` is in its configuration, `entityId` is registered. */
export type Affected = { sub: string; entityId: string; metadata: Metadata }

/** They act alike on all values of a parameter, and keep them. */
const withoutValue = ['essential', 'default']
/** For an entity whose identifier does not matter. */
const ANY = 'https://entity.invalid'

/**
 * `chains`: the statements above the entity, from the Immediate Superior's on, before and after a change. The resolved
 * metadata of the result differs between them exactly as that of the entity does.
 */
export function createReach(chains: readonly (readonly EntityStatement[])[]): (entity: Affected) => Affected {
  const claims = chains.flat().map((statement) => statement.claims)
  const forced = chains.map(([first]) => first?.claims.metadata ?? {})
  const named = namedBy(claims.map(({ metadata_policy }) => metadata_policy ?? {}))
  // Forced parameters that are always the same make no difference.
  if (forced.some((each) => !isJsonEqual(each, forced[0]))) addForced(named, forced)
  const hasNamingConstraints = claims.some(({ constraints }) => constraints?.naming_constraints)
  const selectsTypes = claims.some(({ constraints }) => constraints?.allowed_entity_types)
  const setsIssuer = (type: string) =>
    named.get(type)?.has('issuer') ||
    forced.some((each) => getMember(getMember(each, type), 'issuer') !== undefined)

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
      if (!names && !hasIssuer && !selectsTypes) return []
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
type Named = Map<string, Map<string, boolean>>

function namedBy(policies: readonly MetadataPolicy[]): Named {
  const named: Named = new Map()
  for (const policy of policies) {
    for (const [type, parameters] of Object.entries(policy)) {
      const names = namesOf(named, type)
      for (const [name, operators] of Object.entries(parameters)) {
        const usesValue = Object.keys(operators).some((operator) => !withoutValue.includes(operator))
        names.set(name, usesValue || names.get(name) === true)
      }
    }
  }
  return named
}

function addForced(named: Named, forced: readonly Metadata[]): void {
  for (const [type, parameters] of forced.flatMap((each) => Object.entries(each)))
    for (const name of Object.keys(parameters)) namesOf(named, type).set(name, true)
}

function namesOf(named: Named, type: string): Map<string, boolean> {
  const names = named.get(type) ?? new Map<string, boolean>()
  named.set(type, names)
  return names
}
