/** The fields of an object type in the API, from the table of its fields in the services: each is described once. */
import type { FieldRef, InputFieldRef } from '@pothos/core'
import type { builder } from '#server/schema/builder.ts'
import type { InputFields } from '#server/schema/operation.ts'
import type { ApiField } from '#server/services/patch.ts'

type Types = (typeof builder)['$inferSchemaTypes']

type Table = Readonly<Record<string, { default: unknown; parse(given: never, context: never): unknown }>>

/** The rows with a description. */
type InApi<Fields extends Table> = {
  [Name in keyof Fields as Fields[Name] extends ApiField ? Name : never]: Fields[Name]
}

type Given<Fields extends Table, Name extends keyof Fields> = Parameters<Fields[Name]['parse']>[0]

const described = <Fields extends Table>(table: Fields) =>
  Object.entries(table).flatMap(([name, field]) =>
    'api' in field
      ? [{ name, ...(field as typeof field & ApiField).api, isNullable: field.default === null }]
      : [],
  )

/** The fields of an input, each of which may be absent or null, apart from the required ones. */
export function fieldsOf<Fields extends Table, Required extends keyof InApi<Fields> = never>(
  t: InputFields,
  table: Fields,
  ...required: readonly Required[]
) {
  const entries = described(table).map(({ name, type, describes }) => {
    const options = { type, description: describes, required: required.some((each) => each === name) }
    return [name, t.field(options as never)]
  })
  return Object.fromEntries(entries) as {
    [Name in Exclude<keyof InApi<Fields>, Required>]: InputFieldRef<
      Types,
      Given<Fields, Name> | null | undefined
    >
  } & { [Name in Required]: InputFieldRef<Types, Given<Fields, Name>> } // as the parsers take them
}

/** The same fields of the object, as its columns have them. */
export function outputsOf<Fields extends Table>(
  t: { expose(name: never, options: never): FieldRef<Types, unknown, 'PrismaObject'> },
  table: Fields,
) {
  const entries = described(table).map(({ name, type, describes, isNullable }) => {
    const options = { type, description: describes, nullable: isNullable }
    return [name, t.expose(name as never, options as never)] // a column of the same name
  })
  return Object.fromEntries(entries) as Record<keyof InApi<Fields>, FieldRef<Types, unknown, 'PrismaObject'>>
}
