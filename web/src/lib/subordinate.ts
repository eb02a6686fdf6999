/** A subordinate looked up by its id. */
import { error } from '@sveltejs/kit'

type Found = { __typename: string } | null | undefined

/** @throws 404 when the id names nothing, or something else: the entity may have been removed meanwhile. */
export function subordinateOf<Node extends Found>(node: Node): Extract<Node, { __typename: 'Subordinate' }> {
  if (node?.__typename !== 'Subordinate') {
    error(404, { message: 'There is no such subordinate. It may have been removed.' })
  }
  // The check above is on the discriminant, which the compiler does not follow through a type parameter.
  return node as Extract<Node, { __typename: 'Subordinate' }>
}
