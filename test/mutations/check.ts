/** Checks the tables against the schema and the test files: every mutation has its tests, and every test named exists. */
import { type GraphQLField, getNullableType, isUnionType } from 'graphql'
import { missingTests } from '#test/requirements/check.ts'
import type { MutationCases } from './mutation.ts'

type Mutation = GraphQLField<unknown, unknown>

/** A sentence for everything that the mutation lacks. */
export function lacking(mutation: Mutation, rows: readonly MutationCases[]): string[] {
  const { name } = mutation
  const [row, ...others] = rows.filter((each) => each.mutation === name)
  if (!row) {
    const names = ['success', ...expectedFailures(mutation), 'audit'].join(', ')
    return [`${name} has no row in test/mutations: name there a test for each of ${names}.`]
  }
  return [
    ...others.map(() => `${name} has more than one row.`),
    ...wrongFailures(mutation, row),
    ...[row.success, ...Object.values(row.failures), row.audit].flatMap(missingTests),
  ]
}

/** Rows of mutations that the schema does not have. */
export function withoutMutation(mutations: readonly Mutation[], rows: readonly MutationCases[]): string[] {
  const names = new Set(mutations.map(({ name }) => name))
  return rows.map(({ mutation }) => mutation).filter((name) => !names.has(name))
}

function wrongFailures(mutation: Mutation, { failures }: MutationCases): string[] {
  const expected = expectedFailures(mutation)
  const named = Object.keys(failures)
  return [
    ...expected
      .filter((name) => !named.includes(name))
      .map((name) => `${mutation.name} can fail with ${name}, for which its row names no test.`),
    ...named
      .filter((name) => !expected.includes(name))
      .map((name) => `${mutation.name} cannot fail with ${name}.`),
  ]
}

/** The errors among what the result can be. */
function expectedFailures({ type }: Mutation): string[] {
  const result = getNullableType(type)
  const members = isUnionType(result) ? result.getTypes().map(({ name }) => name) : []
  return members.filter((name) => name.endsWith('Error'))
}
