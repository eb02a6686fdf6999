/** Reads a subordinate by its id. */
import { nodeOf } from '#lib/node.ts'

type Found = { __typename: string } | null | undefined

/** @throws 404 when there is none. */
export const subordinateOf = <Node extends Found>(node: Node) => nodeOf(node, 'Subordinate', 'subordinate')
