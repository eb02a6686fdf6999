/** What each kind of run defines. */
import type { RenewalRun } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'
import type { RunContext } from '#server/jobs/context.ts'
import type { Outcome, Task } from '#server/jobs/task.ts'
import type { AuditAction } from '#server/services/audit/action.ts'

export type RunKindRow = {
  /** The mutation that starts one; the audit log records it. */
  action: AuditAction
  /** Adds the items when the run begins; absent where the start of the run names them. */
  prepare?(tx: Transaction, run: RenewalRun, context: RunContext): Promise<unknown>
  /** Harmless to repeat. @throws OperationError: the expected failure of an item */
  work(context: RunContext, task: Task): Promise<Outcome>
  /** It has one item, so the run fails when the item does. */
  isSingle?: boolean
}
