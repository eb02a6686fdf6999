/** The interface of one item of a run: its input and its outcome. */
import { getMember, isJsonObject } from '#core/json.ts'
import type { Run, RunItem } from '#prisma/generated/client/client.ts'
import type { Caller } from '#server/identity/caller.ts'

export type Task = {
  item: RunItem
  run: Run
  /** The user who started the run, as the audit log names them. */
  caller: Caller
  /** Another worker may have finished the item without recording it. */
  isResumed: boolean
  /** Aborts when the run is cancelled, or moves to another worker. */
  signal: AbortSignal
  /** Reports the number of objects found so far. */
  onFound(total: number): void
}

export type Outcome = {
  message?: string
  /** There was nothing to do. */
  isSkipped?: boolean
  /** A description of the change. */
  changes?: readonly { path: string; before: unknown; after: unknown }[]
  /** The number of objects that the item found. */
  total?: number
  /** The failed ones; each becomes an item of the run. */
  failures?: readonly { resource: string; message: string }[]
  /** The hash of what a dry run found that the item would do. */
  effect?: string
}

/** Whether the run only says what it would do. */
export function isDryRun({ run }: { run: Pick<Run, 'parameters'> }): boolean {
  return isJsonObject(run.parameters) && getMember(run.parameters, 'dryRun') === true
}

/** Whether each item is for itself: one that is refused stops no other. */
export function isIndependent({ run }: { run: Pick<Run, 'parameters'> }): boolean {
  return isJsonObject(run.parameters) && getMember(run.parameters, 'isIndependent') === true
}
