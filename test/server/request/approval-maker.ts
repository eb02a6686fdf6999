/** Makes approvals for calls of mutations. */
import type { TestAdmin } from '#test/helpers/admin.ts'
import type { Visitor } from '#test/helpers/visitor.ts'
import { protect, signIn, waiting } from '../protection/people.ts'

const CREATE =
  'mutation ($input: CreateTrustMarkTypeInput!) { createTrustMarkType(input: $input) { __typename } }'

/** One session for all, because sign-ins are limited. */
const operators = new WeakMap<TestAdmin, Visitor>()

/** A request of the operator; from then on nothing is protected. */
export async function makeApproval(admin: TestAdmin): Promise<string> {
  await protect(admin, ['TRUST_MARKS'])
  const input = { type: `https://ta.example.org/marks/${crypto.randomUUID()}` }
  const operator = operators.get(admin) ?? (await signIn(admin, 'operator'))
  operators.set(admin, operator)
  const id = waiting(await operator.execute(CREATE, { input }))
  await protect(admin, [])
  await operator.mutate('commentApproval', { id, text: 'A test.' }, 'id')
  return id
}
