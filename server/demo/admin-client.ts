/** A client of the admin API, as scripts use it: GraphQL over HTTP with an API key. */
import { setTimeout } from 'node:timers/promises'

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

/** A crawl of the demo takes about a second. */
const PATIENCE_MS = 30_000
const POLL_MS = 200

type Run = { state: string; error: string | null }

const start = `mutation { result: startCollectionWalk {
  ... on StartCollectionWalkSuccess { run { id } } ... on Error { message } } }`
const read = `query ($id: ID!) { node(id: $id) { ... on Run { state error } } }`

/** Null, or why the federation is not crawled yet; the schedule repeats it. Never throws. */
export async function crawlFederation(admin: AdminClient): Promise<string | null> {
  const deadline = performance.now() + PATIENCE_MS
  let latest = 'It takes longer than usual.'
  let id: string | undefined
  try {
    while (performance.now() < deadline) {
      if (id === undefined) {
        // Another crawl may be under way; it began before the last member was registered.
        const { result } = await admin<{ result: { run?: { id: string }; message?: string } }>(start)
        id = result.run?.id
        latest = result.message ?? latest
      } else {
        const { node } = await admin<{ node: Run | null }>(read, { id })
        if (node?.state === 'SUCCEEDED') return null
        if (node && node.state !== 'QUEUED' && node.state !== 'RUNNING') return node.error ?? node.state
      }
      await setTimeout(POLL_MS)
    }
    return latest
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
