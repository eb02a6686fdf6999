/** Reads the variables of a process by their table: each row is parsed, and all faults are reported at once. */
import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import { ConfigurationError } from './error.ts'

export type Variable = {
  /** In the environment; the first that is set counts. An empty one is not set. */
  names: readonly [string, ...string[]]
  /** Its key in taconfig.toml, which the environment overrides. */
  toml?: string
  /** Its value can be in a file, which the variable `NAME_FILE` names. */
  isSecret?: true
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
    const { text, fault } = findText(row, environment, file)
    if (fault !== undefined) {
      faults[name] = [fault]
      continue
    }
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

/** The variables that name the file of a secret. */
export const fileNames = ({ names, isSecret }: Variable): string[] =>
  isSecret ? names.map((name) => `${name}_FILE`) : []

/** The environment with the secrets that are in files, as `DB_PASSWORD` of `DB_PASSWORD_FILE`. @throws ConfigurationError */
export function withSecrets(table: Table, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const resolved = { ...environment }
  const faults: string[] = []
  for (const row of Object.values(table).filter(({ isSecret }) => isSecret)) {
    const { text, fault } = findSecret(row, environment)
    if (fault !== undefined) faults.push(`${label(row)} ${fault}.`)
    for (const name of fileNames(row)) delete resolved[name]
    if (text !== undefined) resolved[row.names[0]] = text
  }
  if (faults.length > 0) throw new ConfigurationError(faults.join('\n'))
  return resolved
}

type Found<Text> = { text?: Text; fault?: string }

function findText(
  row: Variable,
  environment: NodeJS.ProcessEnv,
  file: Record<string, unknown>,
): Found<unknown> {
  const { names, toml } = row
  const secret = findSecret(row, environment)
  if (secret.text !== undefined || secret.fault !== undefined) return secret
  const name = names.find((each) => environment[each])
  const value = name ? environment[name] : toml && file[toml]
  return { text: ['boolean', 'number'].includes(typeof value) ? String(value) : value || undefined }
}

/** The text of the file without the line break at its end, which editors and `echo` add. */
function findSecret(row: Variable, environment: NodeJS.ProcessEnv): Found<string> {
  const named = fileNames(row).filter((each) => environment[each])
  const given = row.names.filter((each) => environment[each])
  const [name] = named
  const path = name && environment[name]
  if (!name || !path) return {}
  const [other] = [...given, ...named.slice(1)]
  if (other) return { fault: `is set twice, by ${other} and ${name}; set one of them` }
  try {
    const text = readFileSync(path, 'utf8').replace(/\r?\n$/, '')
    return text === '' ? { fault: `is not set; the file ${path} of ${name} is empty` } : { text }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return {
      fault: `cannot be read from ${path} (${code}); check ${name}, and the owner and mode of the file`,
    }
  }
}

function label({ names, toml }: Variable): string {
  return toml ? `${names[0]} (${toml})` : names[0]
}
