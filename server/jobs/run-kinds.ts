/** What a run of each kind works on, and how: one row a kind. */
import type { RenewalRun, RenewalRunItem } from '#prisma/generated/client/client.ts'
import type { Caller } from '#server/caller.ts'
import type { Transaction } from '#server/database.ts'
import { collection } from '#server/jobs/kind/collection.ts'
import { importing } from '#server/jobs/kind/import.ts'
import { rebuild } from '#server/jobs/kind/rebuild.ts'
import { reissue } from '#server/jobs/kind/reissue.ts'
import { subordinates } from '#server/jobs/kind/subordinates.ts'
import { trustMarks } from '#server/jobs/kind/trust-marks.ts'
import type { JobObserver } from '#server/metrics/jobs.ts'
import type { ServiceDeps, Services } from '#server/services/index.ts'
import type { Difference } from '#server/services/json-difference.ts'

export type RunContext = Pick<
  ServiceDeps,
  'db' | 'entityId' | 'allowHttp' | 'fetcher' | 'reader' | 'publishing' | 'publisher'
> & { services: Services; redisKeyPrefix: string; observe: JobObserver }

/** One item, to be worked on. */
export type Task = {
  item: RenewalRunItem
  run: RenewalRun
  /** Who started the run, as the audit log shall name them. */
  caller: Caller
  /** Another worker may have done the item, and ended before it could say so. */
  isResumed: boolean
  /** The run was cancelled, or is to go on elsewhere. */
  signal: AbortSignal
  /** The item turns out to be so many things. */
  onFound(total: number): void
}

export type Outcome = {
  message?: string
  changes?: readonly Difference[]
  /** How many things the item turned out to be. */
  total?: number
  /** Those of them that failed: each becomes an item of its own. */
  failures?: readonly { resource: string; message: string }[]
}

export type RunKindRow = {
  /** What starts one, in the words of the mutations; the audit log has it. */
  action: string
  /** Adds the items when the run begins; absent where they are given when it is started. */
  prepare?(tx: Transaction, run: RenewalRun, context: RunContext): Promise<unknown>
  /** Harmless to repeat. @throws OperationError: the expected failure of an item */
  work(context: RunContext, task: Task): Promise<Outcome>
  /** One thing only, so that the run fails when it does. */
  isSingle?: boolean
}

export const runKinds = {
  SUBORDINATES: subordinates,
  TRUST_MARKS: trustMarks,
  REISSUE_TRUST_MARKS: reissue,
  COLLECTION: collection,
  IMPORT: importing,
  REBUILD: rebuild,
} as const satisfies Record<string, RunKindRow>

export type RunKind = keyof typeof runKinds

export function runKindOf(name: string): RunKindRow | undefined {
  return Object.hasOwn(runKinds, name) ? runKinds[name as RunKind] : undefined // its own key
}
