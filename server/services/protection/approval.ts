/**
 * Decides at the one writer (services/write.ts) whether a change may commit: a protected one needs an approval, and what was
 * shown to a person commits as it was shown or not at all. Changes of key files ask first, because files do not roll back.
 * What was approved or shown is a permit of the caller, which goes to the writer with each change. Nothing else has it: a
 * worker or a timer that starts meanwhile acts for another caller.
 */
import type { Database, Transaction } from '#server/database/client.ts'
import { OperationError } from '#server/error/operation-error.ts'
import { actsForPerson, type Caller } from '#server/identity/caller.ts'
import type { AuditEntry } from '#server/services/audit/append.ts'
import { hashOfContent } from '#server/services/protection/content.ts'
import { type Changed, effectOf, operationsOf } from '#server/services/protection/effect.ts'
import type { ProtectedOperation, ProtectionSettings } from '#server/services/protection/operation.ts'
import { isAnyRequired, marksEndedBy } from '#server/services/protection/required-marks.ts'
import { readProtection } from '#server/services/protection/settings.ts'

export type Change = Changed & {
  /** What was protected before the change; absent: the change does not change that. */
  protection?: ProtectionSettings
  /** A withdrawal that one administrator may do alone. */
  byOne?: boolean
}

/** The change is protected, and was not approved; nothing was changed. */
export class ApprovalRequiredError extends OperationError {
  override readonly name = 'ApprovalRequiredError'
  /** What the change would have recorded. */
  readonly changed: Changed
  readonly operations: readonly ProtectedOperation[]
  /** That the caller gave. */
  readonly reason: string | undefined

  constructor(changed: Changed, operations: readonly ProtectedOperation[], reason: string | undefined) {
    super(
      'APPROVAL_REQUIRED',
      'A second person must approve this change. Make it in the console or with GraphQL: that asks for the approval.',
    )
    this.changed = changed
    this.operations = operations
    this.reason = reason
  }
}

/** Covers one mutation, or all items of a run. */
export type ApprovalInUse = {
  approvalId: number
  /** The hash of the effect that was approved; null: compared already, or each item of the run has its own. */
  effect: string | null
  /**
   * Ends the approval, in the transaction of the first change; null: that has happened.
   * @throws OperationError if it is not open any more
   */
  use: ((tx: Transaction) => Promise<AuditEntry>) | null
  /** Set if the change has another effect now than was approved. */
  moved?: Changed
  /** Its work has ended. What that has left behind is not approved. */
  isOver?: true
}

/** The effect is another one than was shown; nothing was changed. Trying again does not help. */
class MovedError extends OperationError {
  override readonly name = 'MovedError'
  constructor(message: string) {
    super('CONFLICT', message)
  }
}

/** Found instead of a commit. */
class Rehearsed extends Error {
  readonly changed: Changed
  constructor(changed: Changed) {
    super('A rehearsal was rolled back.')
    this.changed = changed
  }
}

type Permitted = {
  approval?: ApprovalInUse
  /** The first commit is rolled back. */
  rehearses?: true
  /** The protected operations that the present command has done without an approval. */
  bypasses?: Set<ProtectedOperation>
  /** The hash of the effect that a dry run showed. */
  shown?: string
}

/** Only this file makes one. */
class Permit {
  readonly permitted: Permitted
  constructor(permitted: Permitted) {
    this.permitted = permitted
  }
}

const permittedTo = ({ permit }: Caller): Permitted => (permit instanceof Permit ? permit.permitted : {})

const permit = (caller: Caller, further: Permitted): Caller => ({
  ...caller,
  permit: new Permit({ ...permittedTo(caller), ...further }),
})

/** The protected changes that `work` makes for the caller it gets are approved, until it ends. */
export async function runWithApproval<Result>(
  caller: Caller,
  approval: ApprovalInUse,
  work: (caller: Caller) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(permit(caller, { approval }))
  } finally {
    approval.isOver = true
  }
}

function approvalOf(caller: Caller): ApprovalInUse | undefined {
  const { approval } = permittedTo(caller)
  return approval?.isOver ? undefined : approval
}

/** `bypasses` gets the protected operations that the caller does without an approval, as commands may where the settings allow it. */
export const notingBypasses = (caller: Caller, bypasses: Set<ProtectedOperation>): Caller =>
  permit(caller, { bypasses })

/** Does `work` up to its first commit, which is rolled back. Returns what it would change; null: nothing. */
export async function rehearse(
  caller: Caller,
  work: (caller: Caller) => Promise<unknown>,
): Promise<Changed | null> {
  try {
    await work(permit(caller, { rehearses: true }))
    return null
  } catch (error) {
    if (error instanceof Rehearsed) return error.changed
    throw error
  }
}

/** The caller commits the effect of this hash, or nothing. */
export const asShown = (caller: Caller, effect: string): Caller => permit(caller, { shown: effect })

export const hashOfEffect = (changed: Changed): string => hashOfContent(effectOf(changed))

/** The id of the approval that covers the changes of the caller; null: none does. */
export const approvalIdOf = (caller: Caller): number | null => approvalOf(caller)?.approvalId ?? null

/** The approval is spent. Called after the commit. */
export function noteApprovalUsed(caller: Caller): void {
  const approval = approvalOf(caller)
  if (approval) approval.use = null
}

/**
 * The further audit entry of a protected change: its approval, or that the command line needed none.
 * @throws ApprovalRequiredError, MovedError if its effect is not the one that was shown
 */
export async function requireApproval(
  tx: Transaction,
  caller: Caller,
  changed: Change,
): Promise<AuditEntry | null> {
  if (permittedTo(caller).rehearses) throw new Rehearsed(changed)
  requireShown(caller, changed)
  const operations = await findProtected(tx, caller, changed)
  if (operations.length === 0) return null
  const approval = approvalOf(caller)
  if (approval) return approval.use?.(tx) ?? null
  const { action, resource } = changed
  for (const operation of operations) permittedTo(caller).bypasses?.add(operation)
  return { action: 'bypassApproval', resource, after: { action, operations } }
}

/** Asks before a change that a rollback would not undo, and that a rehearsal does not begin. @throws as `requireApproval` */
export async function requireApprovalBefore(
  tx: Transaction | Database,
  caller: Caller,
  changed: Changed,
): Promise<void> {
  if (permittedTo(caller).rehearses) throw new Rehearsed(changed)
  await findProtected(tx, caller, changed)
}

/** The operations for which there is an approval, or which the command line may do. @throws as `requireApproval` */
async function findProtected(
  tx: Transaction | Database,
  caller: Caller,
  changed: Change,
): Promise<readonly ProtectedOperation[]> {
  if (!actsForPerson(caller) || changed.byOne) return []
  const amounts = operationsOf(changed, caller)
  if (amounts.length === 0) return []
  const protection = changed.protection ?? (await readProtection(tx))
  const isOfMembers =
    protection.operations.includes('MEMBERS') && (await isAnyRequired(tx, marksEndedBy(changed)))
  const operations = protection.operations.filter(
    (name) => amounts.includes(name) || (name === 'MEMBERS' && isOfMembers),
  )
  if (operations.length === 0) return operations
  const approval = approvalOf(caller)
  if (approval) return requireApproved(approval, changed, operations)
  if (caller.method === 'cli' && protection.commandLine) return operations
  throw new ApprovalRequiredError(changed, operations, caller.reason)
}

function requireShown(caller: Caller, changed: Changed): void {
  const { shown: effect } = permittedTo(caller)
  if (effect === undefined || effect === hashOfEffect(changed)) return
  throw new MovedError('It has changed since the dry run, so it would be another change. Nothing was done.')
}

function requireApproved(
  approval: ApprovalInUse,
  changed: Changed,
  operations: readonly ProtectedOperation[],
): readonly ProtectedOperation[] {
  if (approval.effect !== null && approval.effect !== hashOfEffect(changed)) {
    approval.moved = changed
    throw new MovedError('It would do something else now than what was asked for. Nothing was changed.')
  }
  approval.effect = null
  return operations
}
