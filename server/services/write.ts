/** Records writes: the rows, the outbox entries and the audit entry commit together; publication follows the commit. */
import type { Database, Transaction } from '#server/database/client.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { Publisher } from '#server/publish/publisher.ts'
import type { AuditEntry } from '#server/services/audit/append.ts'
import { createGroups } from '#server/services/groups.ts'
import {
  type Asked,
  asks,
  type Change,
  only,
  transactAll,
  transactEach,
  type Unrecorded,
} from '#server/services/write-transaction.ts'

type Work<Row> = (tx: Transaction) => Promise<Change<Row> | Unrecorded<Row>>

/** Writes the rows of all items with few statements, and returns their changes in the same order. */
type GroupWork<Item, Row> = (tx: Transaction, items: readonly Item[]) => Promise<Change<Row>[]>

type OneWriter = <Row>(caller: Caller, work: Work<Row>) => Promise<Row>
export type Writer = OneWriter & {
  /** For one kind of change: those that wait for their turn at the same time share a transaction. */
  grouped<Item, Row>(work: GroupWork<Item, Row>): (caller: Caller, item: Item) => Promise<Row>
}

/** The changes of one transaction at most. */
const GROUP = 50

/** Each write does `further` too, which has an entry of its own: both commit, or neither does. */
export function writeTogether(write: Writer, further: (tx: Transaction) => Promise<AuditEntry>): Writer {
  const one: OneWriter = (caller, work) =>
    write(caller, async (tx) => {
      const change = await work(tx)
      const also = await further(tx)
      return change.action === null ? { ...also, result: change.result } : { ...change, also }
    })
  const grouped: Writer['grouped'] = (work) => (caller, item) =>
    one(caller, async (tx) => only(await work(tx, [item])))
  return Object.assign(one, { grouped })
}

/** Without a publisher, the server that publishes for this database takes the items from the outbox. */
export function createWriter(db: Database, publisher?: Pick<Publisher, 'flush'>): Writer {
  async function published<Row>(change: Change<Row> | Unrecorded<Row>): Promise<Row> {
    if (change.action !== null && change.publish?.length) await publisher?.flush()
    return change.result
  }
  const one: OneWriter = async (caller, work) => published(await transact(db, caller, work))
  function grouped<Item, Row>(work: GroupWork<Item, Row>) {
    const write = createGroups(GROUP, (items: readonly (Asked & { item: Item })[]) =>
      transactEach(db, items, (tx, some) =>
        work(
          tx,
          some.map(({ item }) => item),
        ),
      ),
    )
    return async (caller: Caller, item: Item) => published(await write({ ...asks(caller), item }))
  }
  return Object.assign(one, { grouped })
}

/** Records a change of users, sessions, runs or schedules, of which nothing is published. */
export async function recordChange<Row>(db: Database, caller: Caller, work: Work<Row>): Promise<Row> {
  return (await transact(db, caller, work)).result
}

/** Records an event that changes no data: a refusal, a sign-in, a backup. */
export async function recordOnly(db: Database, caller: Caller, entry: AuditEntry): Promise<void> {
  await recordChange(db, caller, async () => ({ ...entry, result: undefined }))
}

async function transact<Row>(db: Database, caller: Caller, work: Work<Row>) {
  return only(await transactAll(db, [asks(caller)], async (tx) => [await work(tx)]))
}
