/** The transaction of a change, or of some that share it: the rows, the outbox entries and the audit entries. */
import { Prisma } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { isDatabaseOutage, stateOf } from '#server/error/database-outage.ts'
import { ConflictError, DatabaseBusyError, DatabaseRefusesError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import { getOrigin } from '#server/identity/origin.ts'
import { enqueue, type OutboxItem } from '#server/publish/outbox.ts'
import { reportAccessChange } from '#server/services/audit/access.ts'
import { type AttributedEntry, type AuditEntry, appendAuditEntries } from '#server/services/audit/append.ts'
import {
  type Descriptions,
  noteWithdrawals,
  readDescriptions,
  requireOutsideFiles,
} from '#server/services/file-object/guard.ts'
import { noteApprovalUsed, requireApproval } from '#server/services/protection/approval.ts'
import type { ProtectionSettings } from '#server/services/protection/operation.ts'
import { inTurn } from '#server/services/write-queue.ts'

export type Change<Row> = AuditEntry & {
  /** What it changes of other objects: of its effect, each with an entry of its own. */
  parts?: readonly AuditEntry[]
  /** The protection before a change of it. */
  protection?: ProtectionSettings
  /** A withdrawal that one administrator may do alone. */
  byOne?: boolean
  publish?: readonly OutboxItem[]
  /** The entry of another change in the same transaction. */
  also?: AuditEntry | undefined
  result: Row
}

/** Work that changed nothing that the audit log keeps. */
export type Unrecorded<Row> = { action: null; result: Row }

/** Who asks for a change, and in which run. */
export type Asked = Pick<AttributedEntry, 'caller' | 'runId'>

export const asks = (caller: Caller): Asked => ({ caller, runId: getOrigin().runId })

/** Some changes of a group were refused, each for its own reason, and nothing was written. */
class RefusedError extends Error {
  readonly results: readonly PromiseSettledResult<unknown>[]
  constructor(results: readonly PromiseSettledResult<unknown>[]) {
    super('Some changes of a group were refused.')
    this.results = results
  }
}

/** A change that fails does not stop the others of its group: they are written again, each alone. */
export async function transactEach<Each extends Asked, Result extends Change<unknown>>(
  db: Database,
  asked: readonly Each[],
  work: (tx: Transaction, some: readonly Each[]) => Promise<Result[]>,
): Promise<PromiseSettledResult<Result>[]> {
  try {
    return await Promise.allSettled(await transactAll(db, asked, (tx) => work(tx, asked)))
  } catch (error) {
    if (asked.length === 1 || isOfDatabase(error)) throw error
    const results = error instanceof RefusedError ? error.results : []
    return Promise.allSettled(
      asked.map(async (each, at) => {
        const result = results[at]
        if (result?.status === 'rejected') throw result.reason
        return only(await transactAll(db, [each], (tx) => work(tx, [each])))
      }),
    )
  }
}

/** It would fail alone too. */
const isOfDatabase = (error: unknown) =>
  error instanceof DatabaseBusyError || error instanceof DatabaseRefusesError || isDatabaseOutage(error)

/**
 * A change of what configuration files describe is rolled back, and so is a protected one that was not approved. The audit entries come last: from then on, other writers wait
 * for the commit.
 */
export async function transactAll<Result extends Change<unknown> | Unrecorded<unknown>>(
  db: Database,
  asked: readonly Asked[],
  work: (tx: Transaction) => Promise<Result[]>,
): Promise<Result[]> {
  const write = async (tx: Transaction) => {
    const changes = await work(tx)
    const made = madeBy(asked, changes)
    const descriptions = await readDescriptions(tx, made)
    const approvals = await approve(tx, asked, changes, descriptions)
    await noteWithdrawals(tx, descriptions, made)
    const publish = changes.flatMap((change) => (change.action === null ? [] : (change.publish ?? [])))
    await enqueue(tx, publish)
    const entries = asked.flatMap((by, at) =>
      entriesOf(changes[at], approvals[at]).map((entry) => ({ ...by, entry })),
    )
    if (entries.length > 0) await appendAuditEntries(tx, entries)
    return { changes, approvals }
  }
  const { changes, approvals } = await inTurn(db, () => db.$transaction(write)).catch(throwExpected)
  for (const [at, { caller }] of asked.entries()) if (approvals[at]) noteApprovalUsed(caller)
  for (const { action } of changes) if (action !== null) reportAccessChange(db, action)
  return changes
}

type Made = { caller: Caller; change: Change<unknown> }

/** Those that changed something. */
function madeBy(
  asked: readonly Asked[],
  changes: readonly (Change<unknown> | Unrecorded<unknown>)[],
): Made[] {
  return asked.flatMap(({ caller }, at) => {
    const change = changes[at]
    return change && change.action !== null && succeeds(change) ? [{ caller, change }] : []
  })
}

/** The further audit entry of each. @throws Error of the only one, RefusedError of some */
async function approve(
  tx: Transaction,
  asked: readonly Asked[],
  changes: readonly (Change<unknown> | Unrecorded<unknown>)[],
  descriptions: Descriptions,
): Promise<(AuditEntry | null)[]> {
  const results = await Promise.allSettled(
    asked.map(async ({ caller }, at) => {
      const change = changes[at]
      if (!change || change.action === null || !succeeds(change)) return null
      requireOutsideFiles(descriptions, caller, change)
      return requireApproval(tx, caller, change)
    }),
  )
  const refused = results.find((result) => result.status === 'rejected')
  if (refused) throw asked.length === 1 ? refused.reason : new RefusedError(results)
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
}

/** In the order of the log. */
function entriesOf(
  change: Change<unknown> | Unrecorded<unknown> | undefined,
  approval: AuditEntry | null = null,
) {
  if (!change || change.action === null) return []
  return [approval, change.also, change, ...(change.parts ?? [])].filter((entry) => entry != null)
}

const succeeds = ({ outcome = 'SUCCEEDED' }: AuditEntry) => outcome === 'SUCCEEDED'

export function only<Item>(items: readonly Item[]): Item {
  const [item] = items
  if (item === undefined) throw new Error('There is no result of this change.')
  return item
}

/** Two requests can pass the same check concurrently; the unique index decides. */
function throwExpected(error: unknown): never {
  const state = stateOf(error)
  if (state === 'full' || state === 'readOnly') throw new DatabaseRefusesError(state)
  if (state === 'busy') throw new DatabaseBusyError()
  if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') {
    throw new ConflictError('It was just created by another request.')
  }
  throw error
}
