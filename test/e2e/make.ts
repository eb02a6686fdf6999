/** Prepares what a page shows, as an administrator with a script. */
import type { GraphQLAnswer, TestAdmin } from '#test/helpers/admin.ts'

// biome-ignore lint/suspicious/noExplicitAny: the selection defines the shape of the data
type Made = any

/** One mutation, which must succeed. */
export async function make(admin: TestAdmin, name: string, input: object, selection = 'id'): Promise<Made> {
  const made = await admin.mutate(name, input, selection, 'admin')
  if (made.message) throw new Error(`${name} was refused: ${JSON.stringify(made)}`)
  return made
}

/** One query, which must have an answer. */
export async function read(
  admin: TestAdmin,
  document: string,
  variables: object = {},
): Promise<NonNullable<GraphQLAnswer['data']>> {
  const { data, errors } = await admin.execute(document, variables)
  if (errors) throw new Error(JSON.stringify(errors))
  return data
}
