/** Sends a request of a member to the operators of an anchor, or withdraws one. */
import type { SubmitRequestInput } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import { write } from '#lib/graphql/client.ts'
import type { Outcome } from '#lib/graphql/refusal.ts'
import { locateRefusal } from './change.ts'

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
