/** Mutations as a script sends them, where success is expected. */
import type { AdminClient } from '#server/demo/admin-client.ts'

/** Answers with `fields` of what was changed. @throws with the error that the API answered */
export async function mutate<Data>(
  admin: AdminClient,
  name: string,
  input: Record<string, unknown>,
  fields: string,
): Promise<Data> {
  const type = name[0]?.toUpperCase() + name.slice(1)
  const { result } = await admin<{ result: { data?: Data } }>(
    `mutation ($input: ${type}Input!) {
      result: ${name}(input: $input) {
        ... on Mutation${type}Success { data { ${fields} } }
        ... on Error { message code path }
      }
    }`,
    { input },
  )
  if (result.data === undefined) throw new Error(`${name} was refused: ${JSON.stringify(result)}`)
  return result.data
}
