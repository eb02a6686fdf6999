/** Proposes Trust Mark types for entity categories and certifications, by the mapping table. */
import type { Mapping, ProposedType } from '#server/convert/saml/mapping/mapping.ts'
import type { Attribute, SamlEntity } from '#server/convert/saml/metadata/entity.ts'
import { compareText } from '#server/convert/saml/text.ts'

/** A value that has no row in the table. */
export type Unmapped = Attribute & { entities: number }

export type MarkTypes = {
  /** Those that an entity has, by type. */
  list: ProposedType[]
  typesOf(entity: SamlEntity): string[]
  /** By attribute and value. */
  unmapped: Unmapped[]
}

export function makeMarkTypes(entities: readonly SamlEntity[], mapping: Mapping): MarkTypes {
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
