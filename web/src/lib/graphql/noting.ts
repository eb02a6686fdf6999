/** Notes with each request whether the server answers, for the state in the shell. */
import { connection } from './connection.svelte.ts'

/** Statuses with which a proxy answers for a server that is away. */
const awayStatuses = [502, 503, 504]

/** The API answers in JSON or as a stream of events, also with 503. */
function isOwnAnswer({ status, headers }: Response): boolean {
  if (!awayStatuses.includes(status)) return true
  return /json|event-stream/.test(headers.get('content-type') ?? '')
}

export function noting(send: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    try {
      const response = await send(input, init)
      isOwnAnswer(response) ? connection.answered() : connection.unanswered()
      return response
    } catch (error) {
      if (!init?.signal?.aborted) connection.unanswered()
      throw error
    }
  }
}
