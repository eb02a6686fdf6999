/** Sends mutations like a script, and expects success. */
import type { AdminClient } from '#server/demo/admin-client.ts'

/** Returns `fields` of the changed object. @throws the error of the API */
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
