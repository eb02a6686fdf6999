/** Reads an object by its id. */
import { error } from '@sveltejs/kit'

type Found = { __typename: string } | null | undefined

/** @throws 404 when the id names no object of this type, such as a removed one */
export function nodeOf<Node extends Found, Name extends string>(
  node: Node,
  typename: Name,
  what: string,
): Extract<Node, { __typename: Name }> {
  if (node?.__typename !== typename) {
    error(404, { message: `There is no such ${what}. It may have been removed.` })
  }
  // TypeScript does not narrow a type parameter by its discriminant.
  return node as Extract<Node, { __typename: Name }>
}
