/** The console's documents, which it sends as hashes: the server has them from the same build. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { createRequest } from '@urql/core'
import type { TypedDocumentString } from '#lib/gql/graphql.ts'

/** A document of codegen. */
export type Document<Data, Variables> = TypedDocumentString<Data, Variables>

type Hashed = Pick<Document<never, never>, '__meta__'>

const hashes = new WeakMap<object, string>()

/** As urql takes it. The same document is parsed once. */
export function nodeOf<Data, Variables>(
  document: Document<Data, Variables>,
): TypedDocumentNode<Data, Variables> {
  const { query } = createRequest<Data, object>(document.toString(), {})
  hashes.set(query, hashOf(document))
  return query as TypedDocumentNode<Data, Variables> // the types of the text that codegen wrote
}

/** Names a document that `nodeOf` has parsed. */
export const hashOfNode = (node: object): string => hashes.get(node) ?? ''

function hashOf({ __meta__: meta }: Hashed): string {
  return String(meta?.hash ?? '')
}

/** The member `extensions` of a request that names the document instead of its text. */
export const namedBy = (document: Hashed) => ({
  persistedQuery: { version: 1, sha256Hash: hashOf(document) },
})

/** The server's answer to a hash that it does not know: it is older or newer than this page. */
export const isUnknown = (errors: readonly { message: string }[] | undefined): boolean =>
  errors?.some(({ message }) => message === 'PersistedQueryNotFound') ?? false
