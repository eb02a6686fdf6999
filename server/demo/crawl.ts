/** Crawls the demo federation, so that collection and explorer show it as soon as they open. */
import { setTimeout } from 'node:timers/promises'
import type { AdminClient } from '#server/demo/admin-client.ts'

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
