/** What the command line knows of the API: `table.json`, which server/cli/table/print.ts makes from the schema. */
import json from './table.json' with { type: 'json' }

/** An argument or a field of an input. */
export type Field = {
  name: string
  /** As in the schema: `[URL!]!`. */
  type: string
  describes: string
  hasDefault?: true
}

/** An input that commands take apart into options. */
export type Input = readonly Field[]

/** A type of objects that commands print. */
export type ObjectType = {
  /** The paths of the columns of a list: `organization.name`. */
  columns: readonly string[]
  /** The fields of one object, as a selection. */
  full: string
  /** The same without the objects in it, for lists. */
  plain: string
  /** How to find the id of an object: the field that names it, and the query that takes it or searches for it. */
  find?: { key: string; query: string; by: 'argument' | 'search' | 'list' }
  /** Its global ids have a number, which people may give instead, and the anchor that they are about. */
  numbered?: 'anchor' | 'installation'
}

type Common = {
  noun: string
  verb: string
  describes: string
  /** The field of Query or Mutation. */
  field: string
  /** Its arguments, without those of pages. */
  args: readonly Field[]
}

/**
 * `list` and `export`: a connection, page by page; `all`: a list, or one object; `node`: an object by its id; `follow`: a
 * stream; `do`: a mutation.
 */
export type Row = Common &
  (
    | { kind: 'list'; type: string }
    /** `fields`: of the input that makes such an object, with their paths in the object. */
    | { kind: 'export'; type: string; fields: Readonly<Record<string, string>> }
    | { kind: 'node'; type: string }
    | { kind: 'follow'; type: string }
    /** `inside`: the field of the object that has what is shown. */
    | { kind: 'all'; type: string; isList?: true; inside?: string }
    | {
        kind: 'do'
        /** The fields of the success, with the types of those that are objects. */
        success: Readonly<Record<string, string | null>>
        /** Whether it can fail with the checks of an entity. */
        rejects?: true
      }
  )

export type Table = {
  rows: readonly Row[]
  inputs: Readonly<Record<string, Input>>
  enums: Readonly<Record<string, readonly string[]>>
  types: Readonly<Record<string, ObjectType>>
}

export const table = json as unknown as Table // printed from the type

export const nouns: readonly string[] = [...new Set(table.rows.map(({ noun }) => noun))]
export const rowsOf = (noun: string): readonly Row[] => table.rows.filter((row) => row.noun === noun)

/** The type of the objects that a noun is about. */
export const typeOfNoun = (noun: string): string | undefined =>
  rowsOf(noun).flatMap((row) => (row.verb === 'list' && row.kind !== 'do' ? [row.type] : []))[0]

/** `[URL!]!` is a required list of URL. */
export function readType(type: string): { name: string; isList: boolean; isRequired: boolean } {
  return {
    name: type.replaceAll(/[[\]!]/g, ''),
    isList: type.startsWith('['),
    isRequired: type.endsWith('!'),
  }
}
