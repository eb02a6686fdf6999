/** Reads the operations in the documents, which the page "API" offers, so that both are the same. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse, print } from 'graphql'
import type { Plugin } from 'vite'

export interface ReadyOperation {
  /** The document as the editor shows it. */
  query: string
  /** JSON, indented; empty without variables. */
  variables: string
  /** The sentence before it in the document, as plain text. */
  description: string
}

interface Source {
  /** From the root of the repository. */
  path: string
  read: (text: string) => ReadyOperation[]
}

/** Where operations come from, in this order. A further kind of document is a further row. */
const sources: readonly Source[] = [{ path: 'docs/api.md', read: readCommands }]

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

const fileOf = ({ path }: Source) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

export const readReadyOperations = (): ReadyOperation[] =>
  sources.flatMap((source) => source.read(readFileSync(fileOf(source), 'utf8')))

const MODULE = 'virtual:ready-operations'

/** Offers the operations to the console as the module `virtual:ready-operations`. */
export function readyOperations(): Plugin {
  return {
    name: 'ready-operations',
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : undefined),
    load(id) {
      if (id !== `\0${MODULE}`) return undefined
      for (const source of sources) this.addWatchFile(fileOf(source))
      return `export default ${JSON.stringify(readReadyOperations())}`
    },
  }
}
