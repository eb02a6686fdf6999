/** Makes of the entities of SAML metadata what a configuration file says, and what it cannot say yet. */
import { findEntityIdError } from '#core/entity-id.ts'
import type { Mapping, ProposedType } from '#server/convert/saml/mapping.ts'
import type { Attribute, SamlEntity } from '#server/convert/saml/metadata/entity.ts'
import { makeOrganizations, type Organization } from '#server/convert/saml/organizations.ts'
import { compareText, preferred } from '#server/convert/saml/text.ts'

/** An entity that is awaited until it answers as an OpenID Federation entity. A file has its Entity Identifier alone. */
export type Pending = {
  entityId: string
  /** In the metadata, if it is another one. */
  samlEntityId?: string
  displayName: string | null
  organization: string | null
  tags: string[]
  /** The Trust Mark types that the mapping table has for its attributes. */
  trustMarkTypes: string[]
  informationUrl: string | null
  logoUri: string | null
}

type Skipped = { entityId: string; reason: string }

/** Each list is sorted. */
export type Conversion = {
  organizations: Organization[]
  trustMarkTypes: ProposedType[]
  pending: Pending[]
  skipped: Skipped[]
  unmapped: Unmapped[]
  warnings: string[]
}

export function convertEntities(given: readonly SamlEntity[], mapping: Mapping): Conversion {
  const wanted = given.filter((entity) => isWanted(entity, mapping))
  const present = wanted.filter(({ isExpired }) => !isExpired)
  const expired = wanted.filter(({ isExpired }) => isExpired)
  const organizations = makeOrganizations(present, mapping)
  const types = makeMarkTypes(present, mapping)
  const skipped = expired.map(({ entityId }): Skipped => ({ entityId, reason: 'its validUntil has passed' }))
  const pending = new Map<string, Pending>()
  for (const entity of present) {
    const entityId = identifierOf(entity, mapping)
    const reason = entityId === null ? 'the mapping table leaves it out' : refusalOf(entityId, pending)
    if (entityId === null || reason) skipped.push({ entityId: entity.entityId, reason: reason ?? '' })
    else
      pending.set(
        entityId,
        describe(entity, entityId, organizations.nameOf(entity), types.typesOf(entity), mapping),
      )
  }
  return {
    organizations: organizations.list,
    trustMarkTypes: types.list,
    pending: [...pending.values()].sort((a, b) => compareText(a.entityId, b.entityId)),
    skipped: skipped.sort((a, b) => compareText(a.entityId, b.entityId)),
    unmapped: types.unmapped,
    warnings: organizations.warnings,
  }
}

const isWanted = ({ roles, registrar }: SamlEntity, mapping: Mapping) =>
  (mapping.roles.length === 0 || roles.some((role) => mapping.roles.includes(role))) &&
  (mapping.registrars.length === 0 || (registrar !== null && mapping.registrars.includes(registrar)))

/** Null: left out. */
const identifierOf = ({ entityId }: SamlEntity, { entityIds }: Mapping): string | null =>
  Object.hasOwn(entityIds, entityId) ? (entityIds[entityId] ?? null) : entityId

function refusalOf(entityId: string, pending: ReadonlyMap<string, Pending>): string | undefined {
  if (pending.has(entityId)) return 'the metadata has it twice'
  const finding = findEntityIdError(entityId)
  return finding && `an Entity Identifier must be an https URL without query and fragment: ${finding}`
}

function describe(
  entity: SamlEntity,
  entityId: string,
  organization: string | null,
  trustMarkTypes: string[],
  { languages, tags }: Mapping,
): Pending {
  return {
    entityId,
    ...(entityId === entity.entityId ? {} : { samlEntityId: entity.entityId }),
    displayName: preferred(entity.displayNames, languages),
    organization,
    tags: entity.roles.flatMap((role) => tags[role] ?? []).sort(compareText),
    trustMarkTypes,
    informationUrl: preferred(entity.informationUrls, languages),
    logoUri: entity.logoUri,
  }
}

/** A value that has no row in the table. */
type Unmapped = Attribute & { entities: number }

type MarkTypes = {
  /** Those that an entity has, by type. */
  list: ProposedType[]
  typesOf(entity: SamlEntity): string[]
  /** By attribute and value. */
  unmapped: Unmapped[]
}

function makeMarkTypes(entities: readonly SamlEntity[], mapping: Mapping): MarkTypes {
  const types = new Map<string, ProposedType>()
  const unmapped = new Map<string, Unmapped>()
  for (const { attributes } of entities)
    for (const each of distinct(attributes)) {
      const row = rowOf(each, mapping)
      if (row) types.set(row.type, row)
      if (row !== undefined) continue
      const key = keyOf(each)
      unmapped.set(key, { ...each, entities: (unmapped.get(key)?.entities ?? 0) + 1 })
    }
  return {
    list: [...types.values()].sort((a, b) => compareText(a.type, b.type)),
    typesOf: ({ attributes }) =>
      [...new Set(attributes.flatMap((each) => rowOf(each, mapping)?.type ?? []))].sort(compareText),
    unmapped: [...unmapped].sort(([a], [b]) => compareText(a, b)).map(([, each]) => each),
  }
}

const keyOf = ({ attribute, value }: Attribute) => `${attribute} ${value}`

const distinct = (attributes: readonly Attribute[]) =>
  new Map(attributes.map((each) => [keyOf(each), each])).values()

/** Null: known, without a type. Undefined: not in the table. */
function rowOf({ attribute, value }: Attribute, mapping: Mapping): ProposedType | null | undefined {
  const rows = mapping[attribute]
  return Object.hasOwn(rows, value) ? rows[value] : undefined
}
