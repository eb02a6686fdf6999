/**
 * The names by which scripts call the REST API, the command line and the variables, with their defaults, a line each, so that
 * two releases can be compared.
 */
import type { Command } from 'commander'
import { fileNames, type Table } from '#federation/config/variable.ts'
import { federationVariables } from '#federation/config/variables.ts'
import { loadProgram } from '#server/cli/program.ts'
import { commandVariables } from '#server/config/command.ts'
import { embeddedVariables } from '#server/config/embedded.ts'
import { serverVariables } from '#server/config/variables.ts'
import { readOpenApi } from '#test/helpers/open-api.ts'

interface Schema {
  default?: unknown
  anyOf?: readonly Schema[]
  items?: Schema
  properties?: Readonly<Record<string, Schema>>
  required?: readonly string[]
}
interface Body {
  content?: { 'application/json'?: { schema: Schema } }
}
interface Operation {
  parameters?: readonly { name: string; required?: boolean; schema?: Schema }[]
  requestBody?: Body
  responses: Readonly<Record<string, Body>>
}
type OpenApi = { paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> }

/** `POST /api/v1/subordinates takes entityid`, `… needs entityid`, `… without active is true`, `… answers 201 entityid`. */
export function namesOfRest({ paths }: OpenApi): string[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { parameters = [], requestBody, responses }]) => {
      const head = `${method.toUpperCase()} ${path}`
      const needed = parameters.filter(({ required }) => required).map(({ name }) => name)
      const body = schemaOf(requestBody)
      return [
        head,
        ...[...parameters.map(({ name }) => name), ...membersOf(body)].map((name) => `${head} takes ${name}`),
        ...[...needed, ...(body?.required ?? [])].map((name) => `${head} needs ${name}`),
        ...[
          ...parameters.flatMap(({ name, schema }) => defaultOf(name, schema?.default)),
          ...Object.entries(body?.properties ?? {}).flatMap(([name, schema]) =>
            defaultOf(name, schema.default),
          ),
        ].map((each) => `${head} without ${each}`),
        ...Object.entries(responses).flatMap(([status, answer]) => [
          `${head} answers ${status}`,
          ...membersOf(schemaOf(answer)).map((name) => `${head} answers ${status} ${name}`),
        ]),
      ]
    }),
  )
}

const defaultOf = (name: string, value: unknown) =>
  value === undefined ? [] : [`${name} is ${JSON.stringify(value)}`]

const schemaOf = (body: Body | undefined) => body?.content?.['application/json']?.schema

/** Members of members too: `contacts[].email`. */
function membersOf({ anyOf = [], items, properties = {} }: Schema = {}, path = ''): string[] {
  const own = Object.entries(properties).flatMap(([name, schema]) => {
    const place = path === '' ? name : `${path}.${name}`
    return [place, ...membersOf(schema, place)]
  })
  const inner = [
    ...anyOf.flatMap((each) => membersOf(each, path)),
    ...(items ? membersOf(items, `${path}[]`) : []),
  ]
  return [...own, ...inner]
}

/** `inmor keys announce takes --alg`, `… needs <kid>` for what a caller must write, and `… without --alg is "ES256"`. */
export function namesOfCommands(command: Command, path = command.name()): string[] {
  const options = command.options.map(({ long, short, mandatory, defaultValue }) => ({
    name: long ?? short ?? '',
    mandatory,
    defaultValue,
  }))
  const words = command.registeredArguments.map((argument) => ({
    name: `<${argument.name()}>`,
    mandatory: argument.required,
    defaultValue: argument.defaultValue,
  }))
  const parts = [...options, ...words]
  return [
    path,
    ...parts.map(({ name }) => `${path} takes ${name}`),
    ...parts.filter(({ mandatory }) => mandatory).map(({ name }) => `${path} needs ${name}`),
    ...parts
      .flatMap(({ name, defaultValue }) => defaultOf(name, defaultValue))
      .map((each) => `${path} without ${each}`),
    ...command.commands.flatMap((each) => namesOfCommands(each, `${path} ${each.name()}`)),
  ]
}

/** `variables takes PORT`, `… needs TA_DOMAIN` and `… without PORT is 8000`; a first name without a default must be set. */
export function namesOfVariables(...tables: readonly Table[]): string[] {
  const rows = tables.flatMap((table) => Object.values(table))
  const found = rows.map(({ names: [name], kind }) => ({ name, ...kind.safeParse(undefined) }))
  return [
    'variables',
    ...rows.flatMap((row) => [...row.names, ...fileNames(row)].map((name) => `variables takes ${name}`)),
    ...found.filter(({ success }) => !success).map(({ name }) => `variables needs ${name}`),
    ...found.flatMap(({ name, data }) => defaultOf(name, data)).map((each) => `variables without ${each}`),
  ]
}

/** Those of this checkout, sorted. */
export async function readNames(): Promise<string[]> {
  const names = [
    ...namesOfRest(await readOpenApi<OpenApi>()),
    ...namesOfCommands(await loadProgram()),
    ...namesOfVariables(serverVariables, federationVariables, commandVariables, embeddedVariables),
  ]
  return [...new Set(names)].sort()
}

/** What scripts of the earlier release would miss, or would have to send in addition. */
export function findLost(before: readonly string[], now: readonly string[]): string[] {
  const [had, has] = [new Set(before), new Set(now)]
  const isDemand = (name: string) => name.includes(' needs ')
  const gone = before.filter((name) => !has.has(name) && !isDemand(name))
  const demanded = now.filter((name) => {
    const [head = ''] = name.split(' needs ')
    return isDemand(name) && had.has(head) && !had.has(name)
  })
  return [...gone, ...demanded]
}
