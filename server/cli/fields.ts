/** Options of commands that change an object: those that reset its fields, and the version that the caller read. */
import { InvalidArgumentError, Option } from 'commander'
import { ConfigurationError } from '#federation/config/error.ts'
import { collect, parseNumber } from '#server/cli/parse.ts'

/** Takes names of options, whose fields get their defaults. `changesOf` reads it. */
export function resetOption(names: readonly string[]): Option {
  const parse = (name: string) => {
    if (names.includes(name)) return name
    throw new InvalidArgumentError(`Allowed choices are ${names.join(', ')}.`)
  }
  return new Option('--reset <field>', 'set a field back to its default; give it again for another field')
    .choices(names)
    .argParser(collect(parse))
}

/** The version of an object, as `show` and `--json` print it. */
export const versionOption = (): Option =>
  new Option('--if-version <number>', 'only if it still has this version').argParser(parseNumber)

/** Names of options, and the fields that they set. */
type Names = Readonly<Record<string, string>>

type Fields<Options, Table extends Names> = {
  [Name in keyof Table & keyof Options as Table[Name]]?: NonNullable<Options[Name]>
}

type Changes<Options, Table extends Names> = {
  [Name in keyof Fields<Options, Table>]: Fields<Options, Table>[Name] | null
}

/** The given fields. */
export function fieldsOf<Options extends object, const Table extends Names>(
  options: Options,
  table: Table,
): Fields<Options, Table> {
  const given = new Map<string, unknown>(Object.entries(options))
  const fields = Object.entries(table).map(([option, field]) => [field, given.get(option)] as const)
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined)) as Fields<Options, Table> // by its names
}

/**
 * The given fields, and null for those to reset.
 * @throws ConfigurationError for a field that is set and reset, and for a change without a field
 */
export function changesOf<Options extends { reset?: string[] }, const Table extends Names>(
  options: Options,
  table: Table,
): Changes<Options, Table> {
  const fields = new Map<string, unknown>(Object.entries(fieldsOf(options, table)))
  for (const name of options.reset ?? []) {
    const field = table[toAttribute(name)] ?? name
    if (fields.get(field) != null) throw new ConfigurationError(`Set ${name} or reset it, but not both.`)
    fields.set(field, null)
  }
  if (fields.size === 0) throw new ConfigurationError('This changes nothing. Give at least one option.')
  return Object.fromEntries(fields) as Changes<Options, Table> // by its names
}

/** As commander names the option in the result. */
const toAttribute = (name: string) => name.replace(/-(\w)/g, (_dash, letter) => letter.toUpperCase())
