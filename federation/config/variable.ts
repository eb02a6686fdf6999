/** Reads the variables of a process by their table: each row is parsed, and all faults are reported at once. */
import type { z } from 'zod'
import { ConfigurationError } from './error.ts'

export type Variable = {
  /** In the environment; the first that is set counts. An empty one is not set. */
  names: readonly [string, ...string[]]
  /** Its key in taconfig.toml, which the environment overrides. */
  toml?: string
  /** What its text must look like and what it becomes, with the default if there is one. */
  kind: z.ZodType
  /** What to set it to: for docs/configuration.md, and for the sentence when it is missing. */
  meaning: string
}

export type Table = Readonly<Record<string, Variable>>

export type Values<Rows extends Table> = { [Name in keyof Rows]: z.output<Rows[Name]['kind']> }

/** By row: what is wrong, to follow the name of the variable. */
export type Faults<Rows extends Table> = { [Name in keyof Rows]?: string | false | undefined }

type Source<Rows extends Table> = {
  environment: NodeJS.ProcessEnv
  file?: Readonly<Record<string, unknown>>
  /** Finds what no row can see alone; a row with a fault of its own has no value. */
  compare?(values: Partial<Values<Rows>>): Faults<Rows>
}

/** @throws ConfigurationError with a sentence for each fault, in the order of the table */
export function readVariables<Rows extends Table>(
  table: Rows,
  { environment, file = {}, compare = () => ({}) }: Source<Rows>,
): Values<Rows> {
  const values: Record<string, unknown> = {}
  const faults: Record<string, string[]> = {}
  for (const [name, row] of Object.entries(table)) {
    const text = findText(row, environment, file)
    const parsed = row.kind.safeParse(text)
    if (parsed.success) values[name] = parsed.data
    else
      faults[name] = text === undefined ? [missing(row)] : parsed.error.issues.map(({ message }) => message)
  }
  // Each value was parsed by the row of its name.
  const found = values as Values<Rows>
  for (const [name, message] of Object.entries(compare(found))) if (message) faults[name] ??= [message]
  const sentences = Object.entries(table).flatMap(([name, row]) =>
    (faults[name] ?? []).map((message) => `${label(row)} ${message}.`),
  )
  if (sentences.length > 0) throw new ConfigurationError(sentences.join('\n'))
  return found
}

export const missing = ({ meaning }: Variable) => `is not set; set it to ${meaning}`

function findText({ names, toml }: Variable, environment: NodeJS.ProcessEnv, file: Record<string, unknown>) {
  const name = names.find((each) => environment[each])
  const value = name ? environment[name] : toml && file[toml]
  return ['boolean', 'number'].includes(typeof value) ? String(value) : value || undefined
}

function label({ names, toml }: Variable): string {
  return toml ? `${names[0]} (${toml})` : names[0]
}
