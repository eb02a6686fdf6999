/** Sends mutations like a script, and expects success. */
import type { AdminClient } from '#server/demo/admin-client.ts'
import { mutationOf, successOf } from '#test/helpers/mutation.ts'

/** Returns `fields` of the changed object. @throws the error of the API */
export async function mutate<Data>(
  admin: AdminClient,
  name: string,
  input: Record<string, unknown>,
  fields: string,
): Promise<Data> {
  const { result } = await admin<{ result: { __typename: string } }>(mutationOf(name, fields), { input })
  const success = successOf<Data>(name, result)
  if (success === undefined) throw new Error(`${name} was refused: ${JSON.stringify(result)}`)
  return success
}
