/** Sends a request of a member to the operators of an anchor, or withdraws one. */
import type { RequestState, SubmitRequestInput } from '#lib/gql/graphql.ts'
import { write } from '#lib/graphql/client.ts'
import { mutation } from '#lib/graphql/mutation.ts'
import type { Outcome } from '#lib/graphql/refusal.ts'
import { locateRefusal } from './change.ts'

const SubmitRequest = mutation(`SubmitRequest { request { id state } }`)
export const WithdrawRequest = mutation(`WithdrawRequest { request { id } }`)

export interface Submitted {
  id: string
  state: RequestState
}

/** The operators may let their checks approve a request at once. */
export const sentInWords = ({ state }: Submitted) =>
  state === 'APPROVED' ? 'Request approved.' : 'Request sent.'

export async function submitRequest(input: SubmitRequestInput): Promise<Outcome<Submitted>> {
  const { value, refusal } = await write(SubmitRequest, {
    input: { ...input, message: input.message?.trim() || null },
  })
  return refusal ? { refusal: locateRefusal(refusal) } : { value: value.request }
}
