/** Starts runs of an admin server under test by mutation, and watches them by subscription. */
import { createClient } from 'graphql-sse'
import type { TestAdmin } from '#test/helpers/admin.ts'

export type SeenRun = { state: string; total: number | null; done: number; failed: number }
export type SeenItem = { sequence: number; resource: string; ok: boolean; message: string | null }
export type SeenProgress = { run: SeenRun; item: SeenItem | null }

/** Starts a run, which must succeed, and returns its id. */
export async function startRun(admin: TestAdmin, mutation: string): Promise<string> {
  const { run } = await tryToStart(admin, mutation)
  return run.id
}

/** The result of the mutation, success or failure. */
export async function tryToStart(admin: TestAdmin, mutation: string) {
  const [name = ''] = mutation.split('(')
  const success = `${name.charAt(0).toUpperCase()}${name.slice(1)}Success`
  const answer = await admin.execute(
    `mutation { result: ${mutation} { __typename ... on ${success} { run { id state } } ... on Error { code } } }`,
  )
  return answer.data.result
}

/** All events of the subscription until it ends. */
export function watchRun(admin: TestAdmin, runId: string, after?: number): Promise<SeenProgress[]> {
  return watchRunAt(admin.adminUrl, admin.keys.viewer, runId, after)
}

/** The same from a given admin server; `seen` gets each event immediately. */
export async function watchRunAt(
  adminUrl: string,
  apiKey: string,
  runId: string,
  after?: number,
  seen: SeenProgress[] = [],
): Promise<SeenProgress[]> {
  const client = createClient({
    url: `${adminUrl}/graphql`,
    headers: { 'x-api-key': apiKey },
    retryAttempts: 0,
  })
  const query = `subscription ($runId: ID!, $after: Int) { runProgress(runId: $runId, after: $after) {
    run { state total done failed } item { sequence resource ok message } } }`
  const results = client.iterate<{ runProgress: SeenProgress }>({ query, variables: { runId, after } })
  for await (const { data } of results) if (data) seen.push(data.runProgress)
  return seen
}

export const itemsOf = (seen: readonly SeenProgress[]) =>
  seen.flatMap(({ item }) => (item === null ? [] : [item]))
