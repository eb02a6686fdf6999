/** The names by which scripts call the REST API and the command line, a line each, so that two releases can be compared. */
import type { Command } from 'commander'
import { loadProgram } from '#server/cli/program.ts'
import { readOpenApi } from '#test/helpers/open-api.ts'

interface Schema {
  anyOf?: readonly Schema[]
  items?: Schema
  properties?: Readonly<Record<string, Schema>>
  required?: readonly string[]
}
interface Body {
  content?: { 'application/json'?: { schema: Schema } }
}
interface Operation {
  parameters?: readonly { name: string; required?: boolean }[]
  requestBody?: Body
  responses: Readonly<Record<string, Body>>
}
type OpenApi = { paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> }

/** `POST /api/v1/subordinates takes entityid`, `… needs entityid`, `… answers 201`, `… answers 201 entityid`. */
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
        ...Object.entries(responses).flatMap(([status, answer]) => [
          `${head} answers ${status}`,
          ...membersOf(schemaOf(answer)).map((name) => `${head} answers ${status} ${name}`),
        ]),
      ]
    }),
  )
}

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

/** `inmor keys announce takes --alg`, and `… needs <kid>` for what a caller must write. */
export function namesOfCommands(command: Command, path = command.name()): string[] {
  const options = command.options.map(({ long, short, mandatory }) => ({
    name: long ?? short ?? '',
    mandatory,
  }))
  const words = command.registeredArguments.map((argument) => ({
    name: `<${argument.name()}>`,
    mandatory: argument.required,
  }))
  const parts = [...options, ...words]
  return [
    path,
    ...parts.map(({ name }) => `${path} takes ${name}`),
    ...parts.filter(({ mandatory }) => mandatory).map(({ name }) => `${path} needs ${name}`),
    ...command.commands.flatMap((each) => namesOfCommands(each, `${path} ${each.name()}`)),
  ]
}

/** Those of this checkout, sorted. */
export async function readNames(): Promise<string[]> {
  const names = [...namesOfRest(await readOpenApi<OpenApi>()), ...namesOfCommands(await loadProgram())]
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
