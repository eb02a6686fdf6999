/**
 * The console's GraphQL documents in the build. Each call `graphql("…")` or `mutation("…")` becomes the document that
 * codegen made of it, without the table of all texts; and the texts by hash go into documents.json, which the admin server reads.
 */
import { readFileSync } from 'node:fs'
import { stripIgnoredCharacters } from 'graphql'
import type { Plugin } from 'vite'

const persisted = new URL('../src/lib/gql/persisted-documents.json', import.meta.url)

/** A call with one text that contains no expression. */
const call = /\b(graphql|mutation)\(\s*(?:`((?:[^`$]|\$(?!\{))*)`|"((?:[^"\\]|\\.)*)")\s*,?\s*\)/g
const definition = /^\s*(query|mutation|subscription|fragment)\s+(\w+)/
const module = '#lib/gql/graphql.ts'

const text = /(new TypedDocumentString\()(`[^`$]*(?:\$(?!\{)[^`$]*)*`)/g
const shorten = (_match: string, call: string, template: string) =>
  `${call}\`${stripIgnoredCharacters(template.slice(1, -1))}\``

export function documents(): Plugin {
  return {
    name: 'inmor-documents',
    apply: 'build',
    enforce: 'post',
    transform(code, id) {
      if (id.endsWith('/lib/gql/graphql.ts')) return { code: code.replaceAll(text, shorten), map: null }
      if (id.includes('/lib/gql/') || !/(graphql|mutation)\(/.test(code)) return
      const names = new Set<string>()
      const replaced = code.replaceAll(call, (_call, writer: string, template?: string, literal?: string) => {
        const written = (template ?? literal ?? '').replaceAll('\\n', '\n')
        const [, kind, name] = definition.exec(writer === 'mutation' ? `mutation ${written}` : written) ?? []
        if (!kind || !name)
          throw new TypeError(`${id}: a document begins with query, mutation, subscription or fragment`)
        const document = `${name}${kind === 'fragment' ? 'FragmentDoc' : 'Document'}`
        names.add(document)
        return document
      })
      if (names.size === 0) return
      return { code: `import { ${[...names].join(', ')} } from '${module}'\n${replaced}`, map: null }
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'documents.json', source: readFileSync(persisted) })
    },
  }
}
