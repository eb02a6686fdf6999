/** Every mutation has a test for its success, for each failure that its result can be, and for its audit entry. */
import { expect, it } from 'vitest'
import { schema } from '#server/schema/index.ts'
import { lacking, withoutMutation } from '#test/mutations/check.ts'
import { mutationCases } from '#test/mutations/index.ts'

const mutations = Object.values(schema.getMutationType()?.getFields() ?? {})

it.each(mutations.map((mutation) => [mutation.name, mutation] as const))(
  '%s has its tests',
  (_name, mutation) => {
    expect(lacking(mutation, mutationCases)).toEqual([])
  },
)

it('has no row for what is no mutation', () => {
  expect(withoutMutation(mutations, mutationCases)).toEqual([])
})

it('notices a mutation without a row, a failure without a test, and a test that is gone', () => {
  const mutation = schema.getMutationType()?.getFields().deactivateSubordinate
  const row = mutationCases.find((each) => each.mutation === 'deactivateSubordinate')
  if (!mutation || !row) throw new Error('there is no such mutation')
  expect(lacking(mutation, [])).toEqual([expect.stringContaining('success, NotFoundError, audit')])
  expect(lacking(mutation, [{ ...row, failures: {} }])).toEqual([expect.stringContaining('NotFoundError')])
  const gone = { ...row.success, title: 'does something else' }
  expect(lacking(mutation, [{ ...row, success: gone }])).toEqual([expect.stringContaining(gone.title)])
  expect(lacking(mutation, [row, row])).toHaveLength(1)
})
