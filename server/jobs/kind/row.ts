/** The definition of a kind of run. */
import { findDifferences } from '#core/json-difference.ts'
import { formatPath } from '#core/path.ts'
import type { Prisma, Run, RunItem } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { RunContext } from '#server/jobs/context.ts'
import type { Outcome, Task } from '#server/jobs/task.ts'
import type { AuditAction } from '#server/services/audit/action.ts'
import { hashOfEffect, rehearse } from '#server/services/protection/approval.ts'
import { effectOf } from '#server/services/protection/effect.ts'

export type RunItemInput = {
  resource: string
  /** Its key in the database, if there is one; or what is to be known of it when its input is gone. */
  key?: string
  /** What to do beyond the key. */
  input?: Prisma.InputJsonObject
}

export type RunOptions = {
  /** The action in the audit log; that of the kind by default. */
  action?: AuditAction
  /** Parameters of the kind. */
  parameters?: Prisma.InputJsonObject
  /** What is written with the run, before it begins. */
  also?(tx: Transaction): Promise<void>
  /** Named items; absent if the kind adds them. */
  items?: readonly RunItemInput[]
}

export type RunKindRow = {
  /** The action in the audit log: the mutation that starts the run. */
  action: AuditAction
  /** Adds the items when the run starts. Absent: the start of the run names them. */
  prepare?(tx: Transaction, run: Run, context: RunContext): Promise<unknown>
  /** The noun for a run in messages. */
  inWords?: string
  /** The parameters that the audit log keeps; all of them by default. */
  shownParameters?(parameters: Prisma.JsonValue): Prisma.JsonValue
  /** Processes an item; must be idempotent. @throws OperationError: the expected failure of an item */
  work(context: RunContext, task: Task): Promise<Outcome>
  /**
   * Finds out whether an item would be refused, before the first one is worked on; then none is. A run that did a part
   * nevertheless has ended as PARTLY. @throws OperationError: it would be
   */
  check?(context: RunContext, task: Task): Promise<void>
  /** The items of the phase of this one that are worked on at a time. */
  atATime?(item: RunItem): number
  /** Items of one phase end before those of the next begin, in the order of the items. Absent: all are of one. */
  phaseOf?(item: RunItem): string
  /** Runs with another value of this parameter are no obstacle; absent: one run of the kind at a time. */
  apartBy?: string
  /** The run has a single item and fails with that item. */
  isSingle?: boolean
}

/** Items that can be named at once. */
export const MAXIMUM_NAMED = 10_000
/** Characters of the longest Entity Identifier. */
const MAXIMUM_LENGTH = 2048

/** What is named, as the input calls it. */
type Things = 'subordinates' | 'requests'

/** @throws InvalidInputError */
export function requireSize(list: readonly unknown[], things: Things, field: string): void {
  if (list.length === 0) throw new InvalidInputError(`The list is empty. Name the ${things}.`, things, field)
  if (list.length <= MAXIMUM_NAMED) return
  throw new InvalidInputError(
    `At most ${MAXIMUM_NAMED} ${things} can be named. Use a filter for more.`,
    things,
    field,
  )
}

/** @throws InvalidInputError */
export function requireName(name: string, things: Things, field: string): string {
  if (name.length <= MAXIMUM_LENGTH) return name
  throw new InvalidInputError('The list has an entry that cannot be an identifier.', things, field)
}

/** @throws OperationError if it would be refused */
export async function wouldChange(
  caller: Caller,
  work: (caller: Caller) => Promise<unknown>,
): Promise<Pick<Outcome, 'effect' | 'changes'>> {
  const changed = await rehearse(caller, work)
  if (!changed) return {}
  const changes = Object.entries(effectOf(changed).fields)
    .filter(([, { before, after }]) => before !== null || !isOrdinary(after))
    .flatMap(([name, { before, after }]) => findDifferences(before, after, { path: [name] }))
    .map(({ path, ...values }) => ({ path: formatPath(path), ...values }))
  return { effect: hashOfEffect(changed), ...(changes.length > 0 ? { changes } : {}) }
}

/** Whether a new object has this value by default. */
const isOrdinary = (value: unknown) => value === true || (Array.isArray(value) && value.length === 0)
