/** Reads the operations in the documents, which the page "API" offers, so that both are the same. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildSchema, type GraphQLSchema, parse, print } from 'graphql'
import type { Plugin } from 'vite'
import { skeletonOf } from './skeleton.ts'

export interface ReadyOperation {
  /** The document as the editor shows it. */
  query: string
  /** JSON, indented; empty without variables. */
  variables: string
  /** The sentence before it in the document, as plain text. */
  description: string
}

const root = new URL('../../', import.meta.url)
const commands = fileURLToPath(new URL('docs/api.md', root))
const examples = fileURLToPath(new URL('docs/examples/documents/', root))
const schemaFile = fileURLToPath(new URL('schema.graphql', root))

const fence = /^```sh\n(.*?)^```$/gms
/** The body of a `curl` command, in single quotes of the shell. */
const body = /\/graphql .*?-d '((?:[^']|'\\'')*)'/gs

/** The operations of the `curl` commands in a Markdown document, each with the last sentence before its block. */
export function readCommands(markdown: string): ReadyOperation[] {
  return [...markdown.matchAll(fence)].flatMap(({ 1: script = '', index }) => {
    const description = lastSentence(markdown.slice(0, index))
    return [...script.matchAll(body)].map(([, json = '']) => {
      const { query, variables } = JSON.parse(json.replaceAll(`'\\''`, `'`))
      return {
        query: print(parse(query)),
        variables: variables === undefined ? '' : JSON.stringify(variables, null, 2),
        description,
      }
    })
  })
}

function lastSentence(before: string): string {
  const paragraph = before.trimEnd().split('\n\n').at(-1) ?? ''
  const text = paragraph.replaceAll('\n', ' ').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
  const sentence =
    text
      .replaceAll('`', '')
      .split(/(?<=[.:]) (?=[A-Z])/)
      .at(-1) ?? ''
  return sentence.replace(/:$/, '.')
}

/** An operation of the examples: a comment says what it does, and its variables are still to be filled in. */
export function readExample(text: string, schema: GraphQLSchema): ReadyOperation {
  const document = parse(text)
  const variables = skeletonOf(document, schema)
  const comments = [...text.matchAll(/^# (.*)$/gm)].map(([, line]) => line)
  return {
    query: print(document),
    variables: variables === undefined ? '' : JSON.stringify(variables, null, 2),
    description: comments.join(' '),
  }
}

const exampleFiles = () =>
  readdirSync(examples)
    .sort()
    .map((name) => `${examples}${name}`)

/** Those of docs/api.md in its order, then those of the examples. */
export function readReadyOperations(): ReadyOperation[] {
  const schema = buildSchema(readFileSync(schemaFile, 'utf8'))
  return [
    ...readCommands(readFileSync(commands, 'utf8')),
    ...exampleFiles().map((file) => readExample(readFileSync(file, 'utf8'), schema)),
  ]
}

const MODULE = 'virtual:ready-operations'

/** Offers the operations to the console as the module `virtual:ready-operations`. */
export function readyOperations(): Plugin {
  return {
    name: 'ready-operations',
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : undefined),
    load(id) {
      if (id !== `\0${MODULE}`) return undefined
      for (const file of [commands, schemaFile, ...exampleFiles()]) this.addWatchFile(file)
      return `export default ${JSON.stringify(readReadyOperations())}`
    },
  }
}
