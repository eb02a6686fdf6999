/**
 * Verifies the audit log: detects changed, deleted and inserted entries, the newest included, false approvals, and protected
 * changes without one.
 */
import { z } from 'zod'
import type { AuditEvent, AuditHead } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { createApprovalVerification, type VerifiedApproval } from '#server/services/audit/approvals.ts'
import { hasOwnHash } from '#server/services/audit/hash.ts'
import {
  createReplay,
  isSameProtection,
  type ReplayedSettings,
  settingsIn,
} from '#server/services/audit/replay.ts'
import { defaultProtection, readProtection } from '#server/services/protection/settings.ts'

export type AuditVerification = {
  /** Entries found unchanged, from the first one kept. */
  checked: number
  /** Entries that retention has deleted. */
  pruned: number
  lastId: number
  /** Hash of the last entry. Keep it elsewhere to detect a log that was rewritten as a whole. */
  hash: string
  /** The approvals whose signatures verify, in their order. */
  approvals: VerifiedApproval[]
  /** The fault as a sentence; null when there is none. */
  fault: string | null
}

/** Entries read at a time. */
const PAGE = 1000

type Log = Database | Transaction

/** An entry that was written down elsewhere. */
export type KeptEntry = { id: number; hash: string }

/** Checks the whole chain against the head, without entries added during the check. `db`: of the installation. */
export async function verifyAuditLog(db: Log, kept?: KeptEntry): Promise<AuditVerification> {
  const head = await db.auditHead.findFirst()
  if (!head) {
    return {
      checked: 0,
      pruned: 0,
      lastId: 0,
      hash: '',
      approvals: [],
      fault: 'The head row is missing: the log was emptied or replaced.',
    }
  }
  const { checked, last, approvals, pruning, protection, fault } = await follow(db, head)
  return {
    checked,
    pruned: head.prunedCount,
    lastId: head.lastId,
    hash: head.hash,
    approvals,
    fault:
      fault ??
      falsePruning(head, pruning) ??
      missingAtEnd(head, checked, last) ??
      (await addedAfter(db, head)) ??
      (kept ? await otherThanKept(db, head, kept) : null) ??
      (await otherProtection(db, head, protection)),
  }
}

type Link = { id: number; hash: string }

async function follow(db: Log, head: AuditHead) {
  let last: Link = { id: head.prunedId, hash: head.prunedHash }
  let checked = 0
  /** The last entry that says what retention deleted. */
  let pruning: AuditEvent | null = null
  const { approvals, faultOf: faultOfApproval } = createApprovalVerification(db, {
    isWhole: head.prunedId === 0,
  })
  const replay = createReplay(await protectionBefore(db, head), { isWhole: head.prunedId === 0 })
  const result = (fault: string | null) => ({
    ...{ checked, last, approvals, pruning, protection: replay.settings(), fault },
  })
  for (;;) {
    const events = await db.auditEvent.findMany({
      where: { id: { gt: last.id, lte: head.lastId } },
      orderBy: { id: 'asc' },
      take: PAGE,
    })
    for (const event of events) {
      const fault = faultOf(event, last) ?? (await faultOfApproval(event)) ?? replay.faultOf(event)
      if (fault) return result(fault)
      if (event.action === 'pruneAuditLog' && event.outcome === 'SUCCEEDED') pruning = event
      last = event
      checked++
    }
    if (events.length < PAGE) return result(null)
  }
}

function faultOf(event: AuditEvent, previous: Link): string | null {
  if (event.previousHash !== previous.hash) {
    const place = previous.id === 0 ? 'is not the first one' : `does not follow entry ${previous.id}`
    return `Entry ${event.id} ${place}: an entry in between was deleted, inserted or changed.`
  }
  return hasOwnHash(event) ? null : `Entry ${event.id} was changed: its hash does not match.`
}

const pruned = z.object({ lastEntry: z.number(), hash: z.string() })
/** `total`: of all prunings until then; earlier versions did not say it. */
const removed = z.object({ removed: z.number(), total: z.number().optional() })

/** Each deletion has an entry, which stays until a later one deletes it. */
function falsePruning(
  { prunedId, prunedHash, prunedCount }: AuditHead,
  entry: AuditEvent | null,
): string | null {
  if (prunedId === 0 && prunedCount === 0) return null
  const said = pruned.safeParse(entry?.before).data
  const count = removed.safeParse(entry?.after).data
  const isSaid = said && count && said.lastEntry === prunedId && said.hash === prunedHash
  if (isSaid && (count.total ?? prunedCount) === prunedCount) return null
  return `The oldest entries up to entry ${prunedId} are missing, and no entry says that retention deleted them.`
}

function missingAtEnd(head: AuditHead, checked: number, last: Link): string | null {
  const missing = head.count - head.prunedCount - checked
  if (missing === 0 && last.hash === head.hash) return null
  return missing > 0
    ? `The newest entries are missing: ${missing} of ${head.count} are gone, up to entry ${head.lastId}.`
    : `The log ends with entry ${last.id}, which is not the last one written.`
}

/** An entry beyond the head is being written right now, or was inserted. */
async function addedAfter(db: Log, head: AuditHead): Promise<string | null> {
  const extra = await db.auditEvent.findFirst({
    where: { id: { gt: head.lastId } },
    orderBy: { id: 'asc' },
    select: { id: true },
  })
  const now = await db.auditHead.findFirst({ select: { lastId: true } })
  if (!extra || (now && now.lastId >= extra.id)) return null
  return `Entry ${extra.id} was inserted: it comes after the last one written.`
}

/** Who rewrites the whole log gives each entry another hash. */
async function otherThanKept(db: Log, { prunedId, prunedHash }: AuditHead, kept: KeptEntry) {
  if (kept.id < prunedId) return `Retention removed entry ${kept.id}: compare with a newer one.`
  const found =
    kept.id === prunedId ? prunedHash : (await db.auditEvent.findUnique({ where: { id: kept.id } }))?.hash
  if (found === undefined) return `Entry ${kept.id} is missing, and was kept with the hash ${kept.hash}.`
  if (found === kept.hash) return null
  return `Entry ${kept.id} was kept with the hash ${kept.hash}, and has ${found}: the log was rewritten.`
}

const protections = { action: 'updateProtection', outcome: 'SUCCEEDED' }

/** The protection before the first entry that is kept. */
async function protectionBefore(db: Log, { prunedId, lastId }: AuditHead): Promise<ReplayedSettings> {
  const first = await db.auditEvent.findFirst({
    where: { ...protections, id: { gt: prunedId, lte: lastId } },
    orderBy: { id: 'asc' },
    select: { before: true },
  })
  return settingsIn(first?.before) ?? (prunedId === 0 ? defaultProtection : readProtection(db))
}

/** Somebody changed the settings in the database itself. */
async function otherProtection(
  db: Log,
  { lastId }: AuditHead,
  replayed: ReplayedSettings,
): Promise<string | null> {
  const present = await readProtection(db)
  if (isSameProtection(present, replayed)) return null
  const isNewer = await db.auditEvent.findFirst({ where: { ...protections, id: { gt: lastId } } })
  if (isNewer) return null
  const names = present.operations.join(', ') || 'nothing'
  return `The protection was changed without an entry: it protects ${names} now, and by the log ${replayed.operations.join(', ') || 'nothing'}.`
}
