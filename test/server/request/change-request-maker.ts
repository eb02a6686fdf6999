/** Makes change requests for calls of mutations. */
import type { TestAdmin } from '#test/helpers/admin.ts'
import { protect, signIn, waiting } from '../protection/people.ts'

const CREATE =
  'mutation ($input: CreateTrustMarkTypeInput!) { createTrustMarkType(input: $input) { __typename } }'

/** A request of the operator, with a reason; from then on nothing is protected. */
export async function makeChangeRequest(admin: TestAdmin): Promise<string> {
  await protect(admin, ['TRUST_MARKS'])
  const input = { type: `https://ta.example.org/marks/${crypto.randomUUID()}` }
  const operator = await signIn(admin, 'operator')
  const id = waiting(await operator.execute(CREATE, { input }))
  await operator.mutate('commentChangeRequest', { id, text: 'A test.' }, 'id')
  await protect(admin, [])
  return id
}
