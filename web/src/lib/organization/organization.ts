/** Reads an organization by its id. */
import { nodeOf } from '#lib/node.ts'

type Found = { __typename: string } | null | undefined

/** @throws 404 when there is none. */
export const organizationOf = <Node extends Found>(node: Node) => nodeOf(node, 'Organization', 'organization')

type Named = { identifier: string | null; identifierScheme: string | null }

/** Its number after the register; empty without one. */
export const numberInWords = ({ identifier, identifierScheme }: Named) =>
  [identifierScheme, identifier].filter(Boolean).join(' ')
