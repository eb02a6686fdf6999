/** One item of a run: what its work gets, and the outcome. */
import type { RenewalRun, RenewalRunItem } from '#prisma/generated/client/client.ts'
import type { Caller } from '#server/identity/caller.ts'

export type Task = {
  item: RenewalRunItem
  run: RenewalRun
  /** The user who started the run, as the audit log names them. */
  caller: Caller
  /** Another worker may have done the item, and ended before it could record it. */
  isResumed: boolean
  /** Aborts when the run is cancelled, or moves to another worker. */
  signal: AbortSignal
  /** Reports how many things the item has turned out to be so far. */
  onFound(total: number): void
}

export type Outcome = {
  message?: string
  /** What the item changed, for people. */
  changes?: readonly { path: string; before: unknown; after: unknown }[]
  /** How many things the item turned out to be. */
  total?: number
  /** The failed ones; each becomes an item of the run. */
  failures?: readonly { resource: string; message: string }[]
}
