/** Writes the fields of an object as a file has them: its keys, then the others in the order of the API. */
import { type GraphQLInputType, getNullableType, isEnumType, isInputObjectType, isListType } from 'graphql'
import { isJsonObject } from '#core/json.ts'
import type { Fields } from '#server/as-code/document.ts'

/** `type`: of the section, or of one object. Fields that the API does not have are left out. */
export function inFile(type: GraphQLInputType, keys: readonly string[], fields: Fields): Fields {
  const item = itemOf(type)
  const all = isInputObjectType(item) ? Object.values(item.getFields()) : []
  const names = all.toSorted((a, b) => placeOf(a.name, keys) - placeOf(b.name, keys))
  return Object.fromEntries(
    names.flatMap((field) =>
      field.name in fields ? [[field.name, toFile(field.type, fields[field.name])]] : [],
    ),
  )
}

/** What names an object comes first. */
const placeOf = (name: string, keys: readonly string[]) =>
  keys.includes(name) ? keys.indexOf(name) : keys.length

const itemOf = (type: GraphQLInputType): GraphQLInputType => {
  const plain = getNullableType(type)
  return isListType(plain) ? itemOf(plain.ofType) : plain
}

/** Enums have names of their own in a file. An absent member of an object has its default. */
function toFile(type: GraphQLInputType, value: unknown): unknown {
  const plain = getNullableType(type)
  if (value === null || value === undefined) return null
  if (isListType(plain)) return Array.isArray(value) ? value.map((item) => toFile(plain.ofType, item)) : value
  if (isEnumType(plain)) return plain.coerceOutputValue(value)
  if (!isInputObjectType(plain) || !isJsonObject(value)) return value
  const members = Object.entries(plain.getFields()).flatMap(([name, field]) =>
    value[name] === undefined || value[name] === null ? [] : [[name, toFile(field.type, value[name])]],
  )
  return Object.fromEntries(members)
}
