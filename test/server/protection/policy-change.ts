/** A change of the metadata policy, which the tests protect. */
import type { GraphQLAnswer } from '#test/helpers/admin.ts'
import type { Administrator } from './people.ts'

const POLICY =
  'mutation ($input: UpdateFederationPolicyInput!) { updateFederationPolicy(input: $input) { __typename ... on MutationUpdateFederationPolicySuccess { data { metadataPolicy } } ... on Error { message } } }'

/** Returns another policy at each call. */
export function createPolicies(): () => object {
  let count = 0
  return () => ({ openid_relying_party: { client_name: { default: `Service ${++count}` } } })
}

export const proposePolicy = ({ visitor }: Administrator, metadataPolicy: object): Promise<GraphQLAnswer> =>
  visitor.execute(POLICY, { input: { metadataPolicy } })
