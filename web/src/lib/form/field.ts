/** Describes the fields of a form as rows of a table: label, initial value, and conversion to the API's input. */
import type { Path } from '#core/path.ts'
import type { Outcome } from '#lib/graphql/refusal.ts'
import { withoutEmpty } from '#lib/json/edit.ts'
import { isRecord, parseJsonObject, pretty } from '#lib/json/json.ts'
import type { Stored } from './stored.ts'

export interface Field<Value, Input> {
  /** A line of text, which a form shows without more about it. */
  isText?: true
  label: string
  hint?: string | undefined
  /** Names a path inside the value, if the path itself says little. */
  placeOf?: (path: Path) => string
  empty: Value
  /** Converts a value of the API to input. */
  show(stored: unknown): Value
  /** Converts input to a value of the API; the server validates the rest. */
  parse(value: Value): { input: Input; problem?: never } | { input?: never; problem: string }
}

export type Fields = Readonly<Record<string, Field<unknown, unknown>>>

/** Each field of an input of the API that changes an object: `satisfies` asks for them where a table is written. */
export type FieldsOf<Input, Other extends keyof Input = never> = Record<
  Exclude<keyof Input, 'id' | 'version' | 'anchor' | Other>,
  unknown
>

export type Values<Table extends Fields> = { [Name in keyof Table]: Table[Name]['empty'] }

export type Inputs<Table extends Fields> = {
  [Name in keyof Table]?: Table[Name] extends Field<infer _, infer Input> ? Input : never
}

/** An empty field clears the value. */
export const text = (label: string, hint?: string): Field<string, string | null> => ({
  isText: true,
  label,
  hint,
  empty: '',
  show: (stored) => (typeof stored === 'string' ? stored : ''),
  parse: (value) => ({ input: value.trim() || null }),
})

/** The fields of text that have no control of their own, in their order. */
export function textNames<Table extends Fields, Own extends keyof Table>(
  table: Table,
  ...own: readonly Own[]
) {
  const isOwn = (name: string) => own.some((each) => each === name)
  const names = Object.keys(table).filter((name) => table[name]?.isText && !isOwn(name))
  return names as Exclude<TextName<Table>, Own>[] // filtered by what `text` sets
}

type TextName<Table extends Fields> = keyof {
  [Name in keyof Table as Table[Name] extends Field<string, string | null> ? Name : never]: Name
}

/** One of several values; empty clears it. */
export const choice = <Value extends string>(label: string): Field<Value | '', Value | null> => ({
  label,
  empty: '',
  show: (stored) => (typeof stored === 'string' ? (stored as Value) : ''), // a value of the API's enum
  parse: (value) => ({ input: value === '' ? null : value }),
})

/** Digits; empty means the default. */
export const wholeNumber = (label: string, hint?: string): Field<string, number | null> => ({
  label,
  hint,
  empty: '',
  show: (stored) => (typeof stored === 'number' ? String(stored) : ''),
  parse(value) {
    if (/\D/.test(value)) return { problem: `“${value}” is not a whole number.` }
    return { input: value === '' ? null : Number(value) }
  },
})

/** JSON text, kept as typed; an object without members clears the value. */
export const jsonObject = (
  label: string,
  /** Levels of objects from which empty members are removed. */
  depth = 0,
): Field<string, unknown> => ({
  label,
  empty: '',
  show: (stored) => (isRecord(stored) && Object.keys(stored).length > 0 ? pretty(stored) : ''),
  parse(value) {
    const { value: parsed, problem } = parseJsonObject(value)
    if (problem !== undefined) return { problem }
    const content = isRecord(parsed) && depth > 0 ? withoutEmpty(parsed, depth) : parsed
    return { input: isRecord(content) && Object.keys(content).length > 0 ? content : null }
  },
})

export const flag = (label: string, empty = true): Field<boolean, boolean> => ({
  label,
  empty,
  show: (stored) => stored === true,
  parse: (value) => ({ input: value }),
})

export const list = <Item extends string>(
  label: string,
  hint?: string,
  itemsOf: (stored: unknown) => Item[] = (stored) => (Array.isArray(stored) ? stored : []),
): Field<Item[], Item[]> => ({
  label,
  hint,
  empty: [],
  show: itemsOf,
  parse: (value) => ({ input: value }),
})

export function emptyValues<Table extends Fields>(table: Table): Values<Table> {
  const entries = Object.entries(table).map(([name, { empty }]) => [name, structuredClone(empty)])
  return Object.fromEntries(entries) as Values<Table> // one of each name
}

export function storedValues<Table extends Fields>(
  table: Table,
  row: { version: number } & { [Name in keyof Table]: unknown },
): Stored<Values<Table>> {
  const entries = Object.entries(table).map(([name, field]) => [name, field.show(row[name])])
  return { version: row.version, fields: Object.fromEntries(entries) as Values<Table> } // one of each name
}

/** Converts the given fields, or returns the refusal of the first one that cannot be parsed. */
export function parseValues<Table extends Fields>(
  table: Table,
  values: Partial<Values<Table>>,
): Outcome<Inputs<Table>> {
  const inputs: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(values)) {
    const { input, problem } = table[name]?.parse(value) ?? {}
    if (problem !== undefined) return { refusal: { message: problem, path: [name] } }
    inputs[name] = input
  }
  return { value: inputs as Inputs<Table> } // parsed by the row of each name
}
