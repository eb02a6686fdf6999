/** Names the rules that a subordinate can break, in a few words for lists. */
import type { SubordinateProblemCode } from '#lib/gql/graphql.ts'

export const problemWords: Readonly<Record<SubordinateProblemCode, { label: string }>> = {
  STATEMENT_EXPIRED: { label: 'Statement expired' },
  REACHABLE: { label: 'Entity Configuration not fetched' },
  STATEMENT: { label: 'Entity Configuration is malformed' },
  LIMITS: { label: 'Beyond the limits of resolvers' },
  IDENTITY: { label: 'Entity Configuration of another entity' },
  TIMES: { label: 'Entity Configuration is not valid now' },
  SIGNATURE: { label: 'Not signed with its own keys' },
  KEYS: { label: 'Not signed with a registered key' },
  AUTHORITY_HINT: { label: 'Does not name this Trust Anchor' },
  METADATA: { label: 'Declares no Entity Type' },
  ISSUER: { label: 'Its issuer is another one' },
  METADATA_TYPES: { label: 'Parameter of a wrong type' },
  METADATA_POLICY: { label: 'Refused by the metadata policy' },
  CONSTRAINTS: { label: 'Breaks a constraint' },
  TRUST_MARKS: { label: 'Lacks a required Trust Mark' },
  RENEWAL: { label: 'Renewal failed' },
}
