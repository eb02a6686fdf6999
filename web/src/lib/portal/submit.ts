/** Sends a request of a member to the operators of an anchor, or withdraws one. */
import type { SubmitRequestInput } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import { write } from '#lib/graphql/client.ts'
import type { Outcome, Refusal } from '#lib/graphql/refusal.ts'

const SubmitRequest = graphql(`
  mutation SubmitRequest($input: SubmitRequestInput!) {
    submitRequest(input: $input) {
      __typename
      ... on MutationSubmitRequestSuccess { data { id } }
      ...Refusal
    }
  }
`)

export const WithdrawRequest = graphql(`
  mutation WithdrawRequest($input: WithdrawRequestInput!) {
    withdrawRequest(input: $input) {
      __typename
      ... on MutationWithdrawRequestSuccess { data { id } }
      ...Refusal
    }
  }
`)

export async function submitRequest(input: SubmitRequestInput): Promise<Outcome<{ id: string }>> {
  const { value, refusal } = await write(SubmitRequest, {
    input: { ...input, message: input.message?.trim() || null },
  })
  return refusal ? { refusal: locateRefusal(refusal) } : { value }
}

/** The form shows what shall change in fields of their own: the API’s path `changes`, `jwks` is `jwks` there. */
export function locateRefusal(refusal: Refusal): Refusal {
  const [whole, ...inside] = refusal.path
  return whole === 'changes' && inside.length > 0 ? { ...refusal, path: inside } : refusal
}
