/** Prints the page of the REST API from its OpenAPI document. */
import { readOpenApi } from '#test/helpers/open-api.ts'
import { blocks, code, notice, plain, section, table, toAnchor } from './markdown.ts'
import type { Page } from './page.ts'

export const restPage: Page = {
  name: 'rest',
  title: 'REST API',
  about: 'Every operation of `/api/v1`, with its parameters, its body, and what it answers.',
}

const introduction = `For scripts of inmor 0.x; the [GraphQL API](README.md) does everything else. Send an API key as \`X-API-Key\`. The
paths of another anchor than the configured one begin with \`/api/v1/anchors/{slug}\`. \`GET /api/v1/openapi.json\` is the same
as an OpenAPI document, and [Using the API](../api.md#rest) has examples.`

const PREFIX = '/api/v1'

interface Schema {
  type?: string | readonly string[]
  description?: string
  format?: string
  anyOf?: readonly Schema[]
  items?: Schema
  properties?: Readonly<Record<string, Schema>>
  required?: readonly string[]
  default?: unknown
}

interface Body {
  description?: string
  content?: { 'application/json'?: { schema: Schema } }
}

interface Operation {
  method: string
  path: string
  summary: string
  /** The role that it needs. */
  description: string
  tags: readonly [string]
  parameters?: readonly {
    name: string
    in: string
    required?: boolean
    description?: string
    schema: Schema
  }[]
  requestBody?: Body
  responses: Readonly<Record<string, Body>>
}

type OpenApi = {
  paths: Readonly<Record<string, Readonly<Record<string, Omit<Operation, 'method' | 'path'>>>>>
}

/** The operations of the document, in its order. */
export async function readOperations(): Promise<Operation[]> {
  const { paths } = await readOpenApi<OpenApi>()
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => {
      return { ...operation, method: method.toUpperCase(), path: path.replace(PREFIX, '') }
    }),
  )
}

/** A trailing slash alone would not distinguish two headings. */
function headingOf({ method, path, parameters = [] }: Operation): string {
  const query = parameters.filter((each) => each.in === 'query' && each.required).map(({ name }) => name)
  return `${method} ${PREFIX}${path}${query.length > 0 ? `?${query.join('&')}` : ''}`
}

export async function printRestPage(): Promise<string> {
  const operations = await readOperations()
  const tags = new Set(operations.map(({ tags: [tag] }) => tag))
  const shapes = new Map<string, string>()
  const sections = [...tags].map((tag) =>
    section(
      tag,
      operations.filter((each) => each.tags[0] === tag).map((each) => printOperation(each, shapes)),
    ),
  )
  const document = blocks(
    `# ${restPage.title}`,
    notice,
    restPage.about,
    introduction,
    '## Failures',
    'A failure is a JSON object with `message`, which says what is wrong and what to do, and `id`, the id of the object in the request, or 0.',
    table(['status', 'what it is'], failuresOf(operations)),
    ...sections,
  )
  return `${document}\n`
}

/** The operations by their tags, as links from the index. */
export async function printRestContents(): Promise<string> {
  const byTag = new Map<string, string[]>()
  for (const operation of await readOperations()) {
    const { method, path, tags } = operation
    const link = `[${code(`${method} ${path}`)}](${restPage.name}.md#${toAnchor(headingOf(operation))})`
    byTag.set(tags[0], [...(byTag.get(tags[0]) ?? []), link])
  }
  return [...byTag].map(([tag, links]) => `- ${tag}: ${links.join(', ')}`).join('\n')
}

const isFailure = (status: string) => Number(status) >= 400

/** What each status means, where it is the same for every operation; else the first of them. */
function failuresOf(operations: readonly Operation[]): string[][] {
  const meanings = new Map<string, string>()
  for (const { responses } of operations)
    for (const [status, { description = '' }] of Object.entries(responses))
      if (isFailure(status) && !meanings.has(status)) meanings.set(status, plain(description))
  return [...meanings].sort(([a], [b]) => a.localeCompare(b)).map(([status, text]) => [code(status), text])
}

function printOperation(operation: Operation, shapes: Map<string, string>): string {
  const { summary, description, parameters = [], requestBody, responses } = operation
  const heading = headingOf(operation)
  const sent = [
    ...parameters.map((each) => {
      const schema = { ...each.schema, ...(each.description ? { description: each.description } : {}) }
      return rowOf(each.name, schema, each.required ?? false, each.in)
    }),
    ...membersOf(requestBody).map(([name, schema, required]) => rowOf(name, schema, required, 'body')),
  ]
  const answers = Object.entries(responses).filter(([status]) => !isFailure(status))
  const failures = Object.keys(responses).filter(isFailure)
  return blocks(
    `### ${heading}`,
    `${plain(summary)}. ${description}`,
    table(['parameter', 'in', 'type', 'what it is'], sent),
    ...answers.map((answer) => printAnswer(answer, heading, shapes)),
    `Failures: ${failures.map(code).join(', ')}.`,
  )
}

type Member = readonly [name: string, schema: Schema, required: boolean]

const schemaOf = (body: Body | undefined) => body?.content?.['application/json']?.schema

function membersOf(body: Body | undefined): Member[] {
  const { properties = {}, required = [] } = schemaOf(body) ?? {}
  return Object.entries(properties).map(([name, schema]) => [name, schema, required.includes(name)])
}

function rowOf(name: string, schema: Schema, required: boolean, place: string): string[] {
  const type = `${typeOf(schema)}${required ? ', required' : ''}`
  const normally = schema.default === undefined ? '' : `Default: ${code(JSON.stringify(schema.default))}.`
  return [code(name), place, type, sentences(aboutOf(schema), normally)]
}

/** The members of an answer; those of a shape that stands above, as a link to it. */
function printAnswer([status, body]: [string, Body], heading: string, shapes: Map<string, string>): string {
  const schema = schemaOf(body)
  const head = sentences(`Answers ${code(status)}:`, plain(body.description ?? ''))
  if (!schema?.properties) return head
  const known = knownShape(schema, heading, shapes)
  if (known) return sentences(head, known)
  const rows = Object.entries(schema.properties).flatMap(([name, member]) =>
    answerRows(name, member, heading, shapes),
  )
  return blocks(head, table(['member', 'type', 'what it is'], rows))
}

/** Where the same members are printed; notes the place of the first. */
function knownShape(schema: Schema, heading: string, shapes: Map<string, string>): string | undefined {
  const shape = JSON.stringify(schema.properties)
  const place = shapes.get(shape)
  shapes.set(shape, place ?? heading)
  return place && `Its members are those of [${code(place)}](#${toAnchor(place)}).`
}

function answerRows(name: string, schema: Schema, heading: string, shapes: Map<string, string>): string[][] {
  const inner = schema.items
  const known = inner?.properties && knownShape(inner, heading, shapes)
  const row = [code(name), typeOf(schema), sentences(aboutOf(schema), known ?? '')]
  if (!inner?.properties || known) return [row]
  const members = Object.entries(inner.properties)
  return [row, ...members.flatMap(([key, each]) => answerRows(`${name}[].${key}`, each, heading, shapes))]
}

function typeOf({ type, format, items, anyOf }: Schema): string {
  if (anyOf) return [...new Set(anyOf.map(typeOf))].join(' or ')
  if (type === 'array') return `list of ${items ? typeOf(items) : 'any'}`
  return format === 'date-time' ? 'time' : [type ?? 'any'].flat().join(' or ')
}

/** A nullable schema has its description inside. */
const aboutOf = ({ description, anyOf }: Schema): string =>
  plain(description ?? anyOf?.find((each) => each.description)?.description ?? '')

const sentences = (...parts: readonly string[]) => parts.filter((part) => part !== '').join(' ')
