/** Records writes: the rows, the outbox entries and the audit entry commit together; publication follows the commit. */
import { Prisma } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { isDatabaseBusy, isDatabaseFull } from '#server/error/database-outage.ts'
import { ConflictError, DatabaseBusyError, DatabaseFullError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import { enqueue, type OutboxItem } from '#server/publish/outbox.ts'
import type { Publisher } from '#server/publish/publisher.ts'
import { reportAccessChange } from '#server/services/audit/access.ts'
import { type AuditEntry, appendAuditEntry } from '#server/services/audit/append.ts'
import { noteApprovalUsed, requireApproval } from '#server/services/protection/approval.ts'
import type { ProtectionSettings } from '#server/services/protection/operation.ts'
import { inTurn } from '#server/services/write-queue.ts'

type Change<Row> = AuditEntry & {
  /** What it changes of other objects: of its effect, each with an entry of its own. */
  parts?: readonly AuditEntry[]
  /** The protection before a change of it. */
  protection?: ProtectionSettings
  publish?: readonly OutboxItem[]
  /** The entry of another change in the same transaction. */
  also?: AuditEntry | undefined
  result: Row
}

/** Work that changed nothing that the audit log keeps. */
type Unrecorded<Row> = { action: null; result: Row }

type Work<Row> = (tx: Transaction) => Promise<Change<Row> | Unrecorded<Row>>

export type Writer = <Row>(caller: Caller, work: Work<Row>) => Promise<Row>

/** Each write does `further` too, which has an entry of its own: both commit, or neither does. */
export function writeTogether(write: Writer, further: (tx: Transaction) => Promise<AuditEntry>): Writer {
  return (caller, work) =>
    write(caller, async (tx) => {
      const change = await work(tx)
      const also = await further(tx)
      return change.action === null ? { ...also, result: change.result } : { ...change, also }
    })
}

/** Without a publisher, the server that publishes for this database takes the items from the outbox. */
export function createWriter(db: Database, publisher?: Pick<Publisher, 'flush'>): Writer {
  return async (caller, work) => {
    const change = await transact(db, caller, work)
    if (change.action !== null && change.publish?.length) await publisher?.flush()
    return change.result
  }
}

/** Records a change of users, sessions, runs or schedules, of which nothing is published. */
export async function recordChange<Row>(db: Database, caller: Caller, work: Work<Row>): Promise<Row> {
  return (await transact(db, caller, work)).result
}

/** Records an event that changes no data: a refusal, a sign-in, a backup. */
export async function recordOnly(db: Database, caller: Caller, entry: AuditEntry): Promise<void> {
  await recordChange(db, caller, async () => ({ ...entry, result: undefined }))
}

/**
 * A protected change is rolled back unless it was approved. The audit entries come last: from then on, other writers wait
 * for the commit.
 */
async function transact<Row>(db: Database, caller: Caller, work: Work<Row>) {
  const write = async (tx: Transaction) => {
    const change = await work(tx)
    if (change.action === null) return { change, approval: null }
    const approval = succeeds(change) ? await requireApproval(tx, caller, change) : null
    await enqueue(tx, change.publish ?? [])
    for (const entry of [approval, change.also, change, ...(change.parts ?? [])])
      if (entry) await appendAuditEntry(tx, caller, entry)
    return { change, approval }
  }
  const { change, approval } = await inTurn(db, () => db.$transaction(write)).catch(throwExpected)
  if (approval) noteApprovalUsed()
  if (change.action !== null) reportAccessChange(db, change.action)
  return change
}

const succeeds = ({ outcome = 'SUCCEEDED' }: AuditEntry) => outcome === 'SUCCEEDED'

/** Two requests can pass the same check concurrently; the unique index decides. */
function throwExpected(error: unknown): never {
  if (isDatabaseFull(error)) throw new DatabaseFullError()
  if (isDatabaseBusy(error)) throw new DatabaseBusyError()
  if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') {
    throw new ConflictError('It was just created by another request.')
  }
  throw error
}
