/** Generates typed operations with GraphQL Code Generator: `node web/codegen/generate.ts codegen.ts`. */
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { preset } from '@graphql-codegen/client-preset'
import { codegen } from '@graphql-codegen/core'
import {
  type CodegenPlugin,
  getCachedDocumentNodeFromSchema,
  type Types,
} from '@graphql-codegen/plugin-helpers'
import * as operations from '@graphql-codegen/typescript-operations'
import { buildSchema, type GraphQLSchema, lexicographicSortSchema, parse } from 'graphql'

/** The part of a configuration of GraphQL Code Generator that is understood here. Paths are relative to a folder. */
export type Configuration = {
  schema: string
  /** Patterns; those with `!` in front leave files out. */
  documents: readonly string[]
  /** The preset of clients for a folder, or plugins for a file: a path, or `typescript-operations`. */
  generates: Record<string, Output>
  importExtension: `.${string}`
  emitLegacyCommonJSImports: false
}
type Output = {
  config?: object
  /** Instead of those of the configuration. */
  documents?: readonly string[]
} & ({ preset: 'client'; presetConfig: object } | { plugins: readonly string[] })

export type Generated = { filename: string; content: string }

const packages: Readonly<Record<string, CodegenPlugin>> = { 'typescript-operations': operations }

/** A call with one text that contains no expression. */
const call = /\b(graphql|mutation)\(\s*`([^`$]*(?:\$(?!\{)[^`$]*)*)`\s*,?\s*\)/g

export async function generate(configuration: Configuration, folder: string): Promise<Generated[]> {
  const { schema, generates, importExtension, emitLegacyCommonJSImports } = configuration
  const schemaAst = lexicographicSortSchema(buildSchema(readFileSync(resolve(folder, schema), 'utf8')))
  const input = {
    schemaAst,
    schema: getCachedDocumentNodeFromSchema(schemaAst),
    imports: { importExtension, emitLegacyCommonJSImports },
  }
  const files: Generated[] = []
  for (const [target, output] of Object.entries(generates)) {
    const documents = readDocuments(output.documents ?? configuration.documents, folder, schemaAst)
    for (const options of await partsOf(target, output, { ...input, documents }, folder))
      files.push({ filename: resolve(folder, options.filename), content: await codegen(options) })
  }
  return files
}

function readDocuments(
  documents: readonly string[],
  folder: string,
  schema: GraphQLSchema,
): Types.DocumentFile[] {
  const isOut = (pattern: string) => pattern.startsWith('!')
  const exclude = documents.filter(isOut).map((pattern) => pattern.slice(1))
  const files = globSync(
    documents.filter((pattern) => !isOut(pattern)),
    { cwd: folder, exclude },
  ).sort()
  return files.flatMap((file) => {
    const location = resolve(folder, file)
    const text = readFileSync(location, 'utf8')
    if (file.endsWith('.graphql')) return [{ location, rawSDL: text, document: parse(text) }]
    return [...text.matchAll(call)].map(([, kind, rawSDL = '']) => {
      const document = parse(kind === 'mutation' ? wholeMutation(rawSDL, schema) : rawSDL)
      return { location, rawSDL, document }
    })
  })
}

/** The document of a mutation, of its name and the fields of its success. */
function wholeMutation(short: string, schema: GraphQLSchema): string {
  const [, name = '', fields = ''] = /^(\w+) (\{.*\})$/s.exec(short) ?? []
  const field = name.charAt(0).toLowerCase() + name.slice(1)
  const found = schema.getMutationType()?.getFields()[field]
  if (!found)
    throw new TypeError(`There is no mutation as in \`${short}\`: write its name, then its fields in braces`)
  const input = found.args.find((argument) => argument.name === 'input')
  const variables = input ? `($input: ${input.type})` : ''
  const given = input ? '(input: $input)' : ''
  return `mutation ${name}${variables} {
    ${field}${given} { __typename ... on ${name}Success ${fields} ...Refusal }
  }`
}

type Input = Pick<Types.GenerateOptions, 'schema' | 'documents'> & {
  schemaAst: GraphQLSchema
  imports: Pick<Configuration, 'importExtension' | 'emitLegacyCommonJSImports'>
}

async function partsOf(
  target: string,
  output: Output,
  { imports, ...input }: Input,
  folder: string,
): Promise<Types.GenerateOptions[]> {
  const common = { ...input, config: { ...output.config, ...imports } }
  if ('preset' in output) {
    const { presetConfig } = output
    const options = { ...common, baseOutputDir: target, presetConfig, plugins: [], pluginMap: {} }
    return (await preset.buildGeneratesSection(options)).map((part) => ({ ...part, ...imports }))
  }
  const plugins = output.plugins.map((name) => ({ [name]: {} }))
  const loaded = output.plugins.map(async (name) => [name, packages[name] ?? (await load(folder, name))])
  const pluginMap = Object.fromEntries(await Promise.all(loaded))
  return [{ ...common, ...imports, filename: target, plugins, pluginMap }]
}

function load(folder: string, path: string) {
  return import(pathToFileURL(resolve(folder, path)).href)
}

if (import.meta.main) {
  const [path = ''] = process.argv.slice(2)
  const { default: configuration } = await load(process.cwd(), path)
  for (const { filename, content } of await generate(configuration, process.cwd())) {
    mkdirSync(dirname(filename), { recursive: true })
    writeFileSync(filename, content)
  }
}
