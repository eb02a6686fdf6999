/** The definition of a kind of run. */
import type { RenewalRun } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'
import type { RunContext } from '#server/jobs/context.ts'
import type { Outcome, Task } from '#server/jobs/task.ts'
import type { AuditAction } from '#server/services/audit/action.ts'

export type RunKindRow = {
  /** The action in the audit log: the mutation that starts the run. */
  action: AuditAction
  /** Adds the items when the run starts. Absent: the start of the run names them. */
  prepare?(tx: Transaction, run: RenewalRun, context: RunContext): Promise<unknown>
  /** Processes an item; must be idempotent. @throws OperationError: the expected failure of an item */
  work(context: RunContext, task: Task): Promise<Outcome>
  /** The run has a single item and fails with that item. */
  isSingle?: boolean
}
