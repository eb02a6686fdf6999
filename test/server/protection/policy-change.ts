/** A change of the metadata policy, which the tests protect. */
import type { GraphQLAnswer, TestAdmin } from '#test/helpers/admin.ts'
import type { Administrator } from './people.ts'

const POLICY =
  'mutation ($input: UpdateFederationPolicyInput!) { updateFederationPolicy(input: $input) { __typename ... on UpdateFederationPolicySuccess { trustAnchor { metadataPolicy } } ... on Error { message } } }'

/** Returns another policy at each call. */
export function createPolicies(): () => object {
  let count = 0
  return () => ({ openid_relying_party: { client_name: { default: `Service ${++count}` } } })
}

export const proposePolicy = ({ visitor }: Administrator, metadataPolicy: object): Promise<GraphQLAnswer> =>
  visitor.execute(POLICY, { input: { metadataPolicy } })

export const presentPolicy = async ({ server }: TestAdmin) =>
  (await server.db.settings.findFirstOrThrow()).metadataPolicy

/** The successes of an action, the oldest first. */
export const entriesOf = ({ server }: TestAdmin, action: string) =>
  server.db.auditEvent.findMany({ where: { action, outcome: 'SUCCEEDED' }, orderBy: { id: 'asc' } })
