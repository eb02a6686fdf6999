/**
 * Lets the writers of one anchor in this process take turns. The head of the audit log admits one at a time anyway, and a
 * writer that waits here holds no connection, and no time of its transaction runs.
 */
import { createGate, type Gate } from '#federation/gate.ts'
import type { Database } from '#server/database/client.ts'
import { DatabaseBusyError } from '#server/error/operation-error.ts'

/** Milliseconds that a writer waits for its turn. */
const LONGEST_WAIT = 30_000

const gates = new WeakMap<Database, Gate>()

/** The work must not write with `db` in another transaction. @throws DatabaseBusyError after the longest wait */
export async function inTurn<Result>(
  db: Database,
  work: () => Promise<Result>,
  longestWait = LONGEST_WAIT,
): Promise<Result> {
  const gate = gates.get(db) ?? createGate(1)
  gates.set(db, gate)
  const waiting = AbortSignal.timeout(longestWait)
  return gate.run('', waiting, work).catch((error: unknown) => {
    throw error === waiting.reason ? new DatabaseBusyError() : error
  })
}
