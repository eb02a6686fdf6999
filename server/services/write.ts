/** Every write is one transaction: the row, the audit event and the outbox entries; publication follows the commit. */
import { Prisma } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { ConflictError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import { enqueue, type OutboxItem } from '#server/publish/outbox.ts'
import type { Publisher } from '#server/publish/publisher.ts'
import { type AuditEntry, recordAuditEvent } from '#server/services/audit/audit.ts'

type Change<Row> = AuditEntry & {
  publish?: readonly OutboxItem[]
  result: Row
}

export type Writer = <Row>(caller: Caller, work: (tx: Transaction) => Promise<Change<Row>>) => Promise<Row>

export function createWriter(db: Database, publisher: Pick<Publisher, 'flush'>): Writer {
  return async (caller, work) => {
    const change = await transact(db, caller, work)
    if (change.publish?.length) await publisher.flush()
    return change.result
  }
}

/** The same for what is nobody's to publish: users, keys and sessions. */
export async function recordedWrite<Row>(
  db: Database,
  caller: Caller,
  work: (tx: Transaction) => Promise<Change<Row>>,
): Promise<Row> {
  return (await transact(db, caller, work)).result
}

/** The audit event comes last: appending makes writers take turns until they commit. */
function transact<Row>(db: Database, caller: Caller, work: (tx: Transaction) => Promise<Change<Row>>) {
  return db
    .$transaction(async (tx) => {
      const change = await work(tx)
      await enqueue(tx, change.publish ?? [])
      await recordAuditEvent(tx, caller, change)
      return change
    })
    .catch(conflictOnDuplicate)
}

/** Two callers may pass the same check at once; the unique index decides, and the second hears of it. */
function conflictOnDuplicate(error: unknown): never {
  if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') {
    throw new ConflictError('Somebody else created it at the same moment.')
  }
  throw error
}
