/** Patches of rows: an absent field keeps its value, `null` clears it to its default, a given value is parsed. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import { jsonOrNull } from '#server/database/client.ts'
import { parseField } from '#server/error/operation-error.ts'
import { checkSize } from '#server/services/claim-size.ts'

/** A field of an object type; each type has a table of its fields by name. */
type Field<Given, Context, Value, Column> = {
  default: Value
  /** @throws FederationError, InvalidInputError */
  parse(given: Given, context: Context): Value
  toColumn(value: Value): Column
}

type Fields<Context> = Readonly<Record<string, Field<never, Context, unknown, unknown>>>

/** The fields as the API accepts them. */
export type Input<Table extends Fields<never>> = {
  [Name in keyof Table]?: Parameters<Table[Name]['parse']>[0] | null | undefined
}

/** The given fields, parsed. */
export type Patch<Table extends Fields<never>> = { [Name in keyof Table]?: Table[Name]['default'] }

/** A value without other names than the known ones. The compiler alone accepts an object with more names. */
export type Exactly<Known, Given> = Given & { [Name in Exclude<keyof Given, keyof Known>]: never }

type Columns<Table extends Fields<never>> = { [Name in keyof Table]?: ReturnType<Table[Name]['toColumn']> }

/** What the API says about a field, whose input and column have one type. */
export type ApiField = { api: { type: ApiType | [ApiType]; describes: string } }
type ApiType = 'String' | 'Boolean' | 'Int' | 'JSON' | 'JWKS' | 'URL'

/** A field that the API has, described for its input, its output, the command line and the reference. */
export const inApi = <Row>(type: ApiType | [ApiType], describes: string, row: Row): Row & ApiField => ({
  ...row,
  api: { type, describes },
})

export function field<Given, Context, Value, Default>(
  standard: Default,
  parse: (given: Given, context: Context) => Value,
): Field<Given, Context, Value | Default, Value | Default> {
  return { default: standard, parse, toColumn: (value) => value }
}

/** A JSON column that always has a value. */
export function jsonField<Given, Context, Value extends object, Default extends object>(
  standard: Default,
  parse: (given: Given, context: Context) => Value,
): Field<Given, Context, Value | Default, Prisma.InputJsonValue> {
  return { default: standard, parse, toColumn: (value) => value as Prisma.InputJsonValue } // parsed from JSON
}

/** A JSON column without a value by default. */
export function optionalJsonField<Given, Context, Value extends object>(
  parse: (given: Given, context: Context) => Value,
): Field<Given, Context, Value | null, ReturnType<typeof jsonOrNull>> {
  return { default: null, parse, toColumn: jsonOrNull }
}

/** @throws InvalidInputError naming the field at fault */
export function parsePatch<Context, Table extends Fields<Context>, Given extends Input<Table>>(
  table: Table,
  input: Exactly<Table, Given>,
  context: Context,
): Patch<Table> {
  const given = Object.entries(table).filter(([name]) => input[name] !== undefined)
  const parsed = given.map(([name, { default: standard, parse }]) => {
    const value = input[name]
    if (value === null) return [name, standard]
    // `Input` has the type that each field's parser accepts.
    return [name, parseField(name, () => parse(checkSize(value as never, name), context))]
  })
  return Object.fromEntries(parsed) as Patch<Table> // parsed by the table
}

export function defaultsOf<Table extends Fields<never>>(table: Table): Required<Patch<Table>> {
  const defaults = Object.entries(table).map(([name, field]) => [name, field.default])
  return Object.fromEntries(defaults) as Required<Patch<Table>> // one of each field
}

export function columnsOf<Table extends Fields<never>, Given extends Patch<Table>>(
  table: Table,
  patch: Exactly<Table, Given>,
): Columns<Table> {
  const given = Object.entries(table).filter(([name]) => patch[name] !== undefined)
  const columns = given.map(([name, { toColumn }]) => [name, toColumn(patch[name])])
  return Object.fromEntries(columns) as Columns<Table> // in the form of the table
}

/** The fields of a table as a row has them. */
export function pickFields<Table extends Fields<never>, Row extends { [Name in keyof Table]: unknown }>(
  table: Table,
  row: Row,
): Pick<Row, keyof Table & keyof Row> {
  const picked = Object.keys(table).map((name) => [name, row[name]])
  return Object.fromEntries(picked) as Pick<Row, keyof Table & keyof Row> // one of each field
}
