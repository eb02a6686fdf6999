/**
 * Refuses changes that a second person must approve. Every write passes here before it commits (services/write.ts), so
 * that no way in goes around it; changes of key files ask first, because files do not roll back.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Database, Transaction } from '#server/database/client.ts'
import { OperationError } from '#server/error/operation-error.ts'
import { actsForPerson, type Caller } from '#server/identity/caller.ts'
import type { AuditEntry } from '#server/services/audit/append.ts'
import {
  type Changed,
  operationsOf,
  operationsWith,
  type ProtectedOperation,
} from '#server/services/protection/operation.ts'
import { readProtection } from '#server/services/protection/settings.ts'

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

/** Covers all changes of one mutation, or of one run. */
type Approval = {
  changeRequestId: number
  /**
   * Ends the change request, in the transaction of the first change; null: that has happened.
   * @throws OperationError if it is not open any more
   */
  use: ((tx: Transaction) => Promise<AuditEntry>) | null
}

const approvals = new AsyncLocalStorage<Approval>()

/** The protected changes of `work` are approved. */
export function runWithApproval<Result>(approval: Approval, work: () => Result): Result {
  return approvals.run(approval, work)
}

/** The change request whose approval covers the present work; null: none does. */
export const currentChangeRequest = (): number | null => approvals.getStore()?.changeRequestId ?? null

/** The approval is spent. Called after the commit. */
export function noteApprovalUsed(): void {
  const approval = approvals.getStore()
  if (approval) approval.use = null
}

/**
 * The further audit entry of a protected change: its approval, or that the command line needed none.
 * @throws ApprovalRequiredError
 */
export async function requireApproval(
  tx: Transaction,
  caller: Caller,
  changed: Changed,
): Promise<AuditEntry | null> {
  const operations = await findProtected(tx, caller, changed)
  if (operations.length === 0) return null
  const approval = approvals.getStore()
  if (approval) return approval.use?.(tx) ?? null
  const { action, resource } = changed
  return { action: 'bypassApproval', resource, after: { action, operations } }
}

/** Asks before a change that a rollback would not undo. @throws ApprovalRequiredError */
export async function requireApprovalBefore(
  tx: Transaction | Database,
  caller: Caller,
  changed: Changed,
): Promise<void> {
  await findProtected(tx, caller, changed)
}

/** The operations for which there is an approval, or which the command line may do. @throws ApprovalRequiredError */
async function findProtected(
  tx: Transaction | Database,
  caller: Caller,
  changed: Changed,
): Promise<readonly ProtectedOperation[]> {
  if (!actsForPerson(caller) || operationsWith(changed.action).length === 0) return []
  const protection = changed.protection ?? (await readProtection(tx))
  if (protection.operations.length === 0) return []
  const { trustMarkTypes } = protection
  const covered = await operationsOf(changed, {
    trustMarkTypes,
    hasMark: (entityId) => hasMark(tx, entityId, trustMarkTypes),
  })
  const operations = covered.filter((name) => protection.operations.includes(name))
  if (operations.length === 0 || approvals.getStore()) return operations
  if (caller.method === 'cli' && protection.commandLine) return operations
  throw new ApprovalRequiredError(changed, operations, caller.reason)
}

/** Marks outlive the registration of their subject. */
async function hasMark(
  tx: Transaction | Database,
  entityId: string,
  types: readonly string[],
): Promise<boolean> {
  const where = { entityId, revokedAt: null, trustMarkType: { type: { in: [...types] } } }
  return (await tx.trustMark.findFirst({ where, select: { id: true } })) !== null
}
