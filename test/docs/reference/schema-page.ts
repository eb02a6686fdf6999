/** Prints a page of the GraphQL reference: queries, mutations and subscriptions, then objects, inputs and enums. */

import {
  type GraphQLArgument,
  type GraphQLEnumValue,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isUnionType,
  print,
} from 'graphql'
import type { Access } from './access.ts'
import { blocks, code, notice, plain, section, table, toAnchor } from './markdown.ts'
import { commonPage, type Page } from './page.ts'
import { type Field, isConnection, type Places, successOf } from './places.ts'

const WIDTH = 100
const paging = ['first', 'after', 'last', 'before']
const rootTypes = ['Query', 'Mutation', 'Subscription']

export type Known = { places: Places; access: Access }

export function printSchemaPage(page: Page, known: Known, introduction = ''): string {
  const { places } = known
  const printer = createPrinter(page, known)
  const fields = places.roots.filter(({ root, field }) => places.page(`${root}.${field.name}`) === page)
  const ofRoot = (root: string) => fields.filter((each) => each.root === root).map(({ field }) => field)
  const types = places.types.filter(
    (type) => places.page(type.name) === page && !places.isGenerated(type.name),
  )
  const belowMutation = new Set(
    fields.map(({ root, field }) => places.ownInput(`${root}.${field.name}`)?.name ?? ''),
  )
  const ofKind = (is: (type: GraphQLNamedType) => boolean) =>
    types.filter((type) => is(type) && !belowMutation.has(type.name)).map(printer.type)
  const document = blocks(
    `# ${page.title}`,
    notice,
    page.about,
    introduction,
    section('Queries', ofRoot('Query').map(printer.query('Query'))),
    section('Mutations', ofRoot('Mutation').map(printer.mutation)),
    section('Subscriptions', ofRoot('Subscription').map(printer.query('Subscription'))),
    section('Objects', ofKind(isObjectType)),
    section('Interfaces', ofKind(isInterfaceType)),
    section('Unions', ofKind(isUnionType)),
    section('Inputs', ofKind(isInputObjectType)),
    section('Enums', ofKind(isEnumType)),
    section('Scalars', ofKind(isScalarType)),
  )
  return `${document}\n`
}

/** The queries, mutations and subscriptions of a page, as links from the index. */
export function printContents(page: Page, { roots, page: pageOf }: Places): string {
  const lines = rootTypes.flatMap((root) => {
    const fields = roots.filter((each) => each.root === root && pageOf(`${root}.${each.field.name}`) === page)
    const links = fields.map(
      ({ field: { name } }) => `[${code(name)}](${page.name}.md#${toAnchor(`${root}.${name}`)})`,
    )
    const kind = { Query: 'Queries', Mutation: 'Mutations', Subscription: 'Subscriptions' }[root]
    return links.length === 0 ? [] : [`- ${kind}: ${links.join(', ')}`]
  })
  return lines.join('\n')
}

function createPrinter(page: Page, { places, access }: Known) {
  const link = (type: GraphQLType, text = String(type)) =>
    `[${code(text)}](${places.link(getNamedType(type).name, page)})`

  const rowOf = (value: GraphQLArgument | GraphQLInputField) => {
    const fallback = value.astNode?.defaultValue
    const normally = fallback ? ` Default: ${code(print(fallback))}.` : ''
    return [code(value.name), link(value.type), `${describe(value)}${normally}`]
  }

  const fieldRow = (parent: string) => (field: Field) => {
    const type = getNamedType(field.type)
    const given = field.args.filter(({ name }) => !isConnection(type) || !paging.includes(name))
    const about = given.map(
      (argument) => `${code(argument.name)} (${link(argument.type)}): ${describe(argument)}`,
    )
    const needed = access(`${parent}.${field.name}`)
    const text = [describe(field), ...about, ...pageNote(type), needed].filter(Boolean).join(' ')
    return [code(field.name), isConnection(type) ? code(type.name) : link(field.type), text]
  }

  /** What a list returns. */
  const pageNote = (type: GraphQLNamedType) => {
    const node = nodeOf(type)
    return node
      ? [`A [page](${page === commonPage ? '' : `${commonPage.name}.md`}#lists) of ${link(node)}.`]
      : []
  }

  const implementers = (type: GraphQLNamedType) =>
    places.types.filter(
      (each) => isObjectType(each) && each.getInterfaces().some(({ name }) => name === type.name),
    )

  const query = (root: string) => (field: Field) => {
    const type = getNamedType(field.type)
    const isList = isConnection(type)
    const given = field.args.filter(({ name }) => !isList || !paging.includes(name))
    return blocks(
      `### ${root}.${field.name}`,
      describe(field),
      access(`${root}.${field.name}`),
      signature(field),
      table(['argument', 'type', 'what it is'], given.map(rowOf)),
      isList ? `Result: ${pageNote(type).join(' ')}` : `Result: ${link(field.type)}.`,
    )
  }

  const mutation = (field: Field) => {
    const type = getNamedType(field.type)
    const success = successOf(type)
    const errors = isUnionType(type) ? type.getTypes().filter((each) => each !== success) : []
    const results = Object.values(success?.getFields() ?? {}).map(
      (result) => `${code(result.name)} (${link(result.type)})`,
    )
    const input = places.ownInput(`Mutation.${field.name}`)
    const given = input ? [] : field.args
    return blocks(
      `### Mutation.${field.name}`,
      describe(field),
      access(`Mutation.${field.name}`),
      signature(field),
      table(['argument', 'type', 'what it is'], given.map(rowOf)),
      [
        success
          ? `- Result: ${code(success.name)} with ${results.join(', ')}.`
          : `- Result: ${link(field.type)}.`,
        ...(errors.length > 0 ? [`- Errors: ${errors.map((error) => link(error)).join(', ')}.`] : []),
      ].join('\n'),
      input ? inputBlock(input, '####') : '',
    )
  }

  const inputBlock = (type: GraphQLNamedType, level: string) =>
    isInputObjectType(type)
      ? blocks(
          `${level} ${type.name}`,
          describe(type),
          table(['field', 'type', 'what it is'], Object.values(type.getFields()).map(rowOf)),
        )
      : ''

  const type = (each: GraphQLNamedType): string => {
    if (isInputObjectType(each)) return inputBlock(each, '###')
    const head = blocks(`### ${each.name}`, describe(each), access(each.name))
    if (rootTypes.includes(each.name)) return blocks(head, 'The [index](README.md) lists its fields.')
    if (isEnumType(each)) return blocks(head, table(['value', 'what it is'], each.getValues().map(valueRow)))
    if (isUnionType(each))
      return blocks(
        head,
        `One of ${each
          .getTypes()
          .map((one) => link(one))
          .join(', ')}.`,
      )
    if (!isObjectType(each) && !isInterfaceType(each)) return head
    const interfaces = each.getInterfaces().map((one) => link(one))
    const known = isInterfaceType(each) ? implementers(each).map((one) => link(one)) : []
    return blocks(
      head,
      interfaces.length > 0 ? `Implements ${interfaces.join(', ')}.` : '',
      known.length > 0 ? `Implemented by ${known.join(', ')}.` : '',
      table(['field', 'type', 'what it is'], Object.values(each.getFields()).map(fieldRow(each.name))),
    )
  }

  return { query, mutation, type }
}

const valueRow = (value: GraphQLEnumValue) => [code(value.name), describe(value)]

type Described = { description?: string | null | undefined; deprecationReason?: string | null | undefined }

function describe({ description, deprecationReason }: Described): string {
  const text = plain(description ?? '')
  return deprecationReason == null ? text : `**Deprecated:** ${plain(deprecationReason)} ${text}`
}

/** The type of the entries of a list. */
function nodeOf(type: GraphQLNamedType): GraphQLType | undefined {
  if (!isConnection(type)) return undefined
  const edge = getNamedType(type.getFields().edges?.type)
  return isObjectType(edge) ? edge.getFields().node?.type : undefined
}

/** One line if it fits, else one line for each argument. */
function signature({ name, args, type }: Field): string {
  const given = args.map((argument) => {
    const fallback = argument.astNode?.defaultValue
    return `${argument.name}: ${argument.type}${fallback ? ` = ${print(fallback)}` : ''}`
  })
  const line = `${name}${given.length > 0 ? `(${given.join(', ')})` : ''}: ${type}`
  const text =
    line.length <= WIDTH ? line : `${name}(\n${given.map((each) => `  ${each}`).join('\n')}\n): ${type}`
  return `\`\`\`graphql\n${text}\n\`\`\``
}
