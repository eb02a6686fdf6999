/** A thing looked up by its id. */
import { error } from '@sveltejs/kit'

type Found = { __typename: string } | null | undefined

/** @throws 404 when the id names nothing, or something else: the thing may have been removed meanwhile. */
export function nodeOf<Node extends Found, Name extends string>(
  node: Node,
  typename: Name,
  what: string,
): Extract<Node, { __typename: Name }> {
  if (node?.__typename !== typename) {
    error(404, { message: `There is no such ${what}. It may have been removed.` })
  }
  // The check above is on the discriminant, which the compiler does not follow through a type parameter.
  return node as Extract<Node, { __typename: Name }>
}
