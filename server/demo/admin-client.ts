/** A client of the admin API, as scripts use it: GraphQL over HTTP with an API key. */

export type AdminClient = <Data>(query: string, variables?: Record<string, unknown>) => Promise<Data>

/** `anchor`: what calls are about that name none. @throws when the answer has errors; expected failures are part of the data */
export function createAdminClient(adminUrl: string, apiKey: string, anchor?: string): AdminClient {
  const named = anchor === undefined ? {} : { 'inmor-anchor': anchor }
  return async <Data>(query: string, variables: Record<string, unknown> = {}) => {
    const response = await fetch(`${adminUrl}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': apiKey, ...named },
      body: JSON.stringify({ query, variables }),
    })
    // The answer has the shape of the query, as the schema promises.
    const body = (await response.json()) as { data?: Data; errors?: { message: string }[] }
    if (!body.data)
      throw new Error(body.errors?.map(({ message }) => message).join(' ') ?? response.statusText)
    return body.data
  }
}
