/** Subscribes over Server-Sent Events with the client of the console. */
import { createClient, type ExecutionResult } from 'graphql-sse'
import { onTestFinished } from 'vitest'

export type Subscription = {
  /** The events so far. */
  results: ExecutionResult[]
  /** Resolves when the server ends the stream, or refuses it; rejects when the connection breaks. */
  ended: Promise<void>
}

/** With an API key or a session. Resolves once the server listens for events; the subscription ends with the test. */
export async function subscribe(
  adminUrl: string,
  credentials: string | null | { cookie: string },
  query: string,
): Promise<Subscription> {
  const client = createClient({
    url: `${adminUrl}/graphql`,
    headers: { 'x-graphql-yoga-csrf': '1', ...headersOf(credentials) },
    retryAttempts: 0,
  })
  const results: ExecutionResult[] = []
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>()
  const { promise: connected, resolve: connect } = Promise.withResolvers<void>()
  const sink = { next: (result: ExecutionResult) => results.push(result), error: reject, complete: resolve }
  const stop = client.subscribe({ query }, sink, { connected: () => connect() })
  onTestFinished(stop)
  ended.catch(() => undefined) // a test that waits for the end gets the error there
  await Promise.race([connected, ended])
  return { results, ended }
}

function headersOf(credentials: string | null | { cookie: string }): Record<string, string> {
  return typeof credentials === 'string' ? { 'x-api-key': credentials } : (credentials ?? {})
}
