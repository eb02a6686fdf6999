/** Is the audit log what was written? Alterations, removals and additions show, also of its newest entries. */
import type { AuditEvent, AuditHead } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { hashOf } from '#server/services/audit/hash.ts'

export type AuditVerification = {
  /** Entries that are as they were written, from the first one kept. */
  checked: number
  /** Entries that the retention has removed. */
  pruned: number
  /** Hash of the last entry. Whoever noted it elsewhere also notices a log that was written anew as a whole. */
  hash: string
  /** What is wrong, as a sentence; null when nothing is. */
  fault: string | null
}

/** Entries read at a time. */
const PAGE = 1000

/** Checks the whole chain against the head. Entries that are added meanwhile are left for the next time. */
export async function verifyAuditLog(db: Database): Promise<AuditVerification> {
  const head = await db.auditHead.findFirst()
  if (!head) {
    return {
      checked: 0,
      pruned: 0,
      hash: '',
      fault: 'The row that says what the log must hold is missing: somebody has emptied or replaced the log.',
    }
  }
  const { checked, last, fault } = await follow(db, head)
  return {
    checked,
    pruned: head.prunedCount,
    hash: head.hash,
    fault: fault ?? missingAtEnd(head, checked, last) ?? (await addedAfter(db, head)),
  }
}

type Link = { id: number; hash: string }

async function follow(db: Database, head: AuditHead) {
  let last: Link = { id: head.prunedId, hash: head.prunedHash }
  let checked = 0
  for (;;) {
    const events = await db.auditEvent.findMany({
      where: { id: { gt: last.id, lte: head.lastId } },
      orderBy: { id: 'asc' },
      take: PAGE,
    })
    for (const event of events) {
      const fault = faultOf(event, last)
      if (fault) return { checked, last, fault }
      last = event
      checked++
    }
    if (events.length < PAGE) return { checked, last, fault: null }
  }
}

function faultOf(event: AuditEvent, previous: Link): string | null {
  if (event.previousHash !== previous.hash) {
    const place = previous.id === 0 ? 'is not the first one' : `does not follow entry ${previous.id}`
    return `Entry ${event.id} ${place}: something in between was removed, put in or altered.`
  }
  return hashOf(event) === event.hash ? null : `Entry ${event.id} was altered: it does not have its hash.`
}

function missingAtEnd(head: AuditHead, checked: number, last: Link): string | null {
  const missing = head.count - head.prunedCount - checked
  if (missing === 0 && last.hash === head.hash) return null
  return missing > 0
    ? `The newest entries are missing: ${missing} of ${head.count} are gone, up to entry ${head.lastId}.`
    : `The log ends with entry ${last.id}, which is not the last one that was written.`
}

/** One beyond the head is being written at this moment, or was put in past the head. */
async function addedAfter(db: Database, head: AuditHead): Promise<string | null> {
  const extra = await db.auditEvent.findFirst({
    where: { id: { gt: head.lastId } },
    orderBy: { id: 'asc' },
    select: { id: true },
  })
  const now = await db.auditHead.findFirst({ select: { lastId: true } })
  if (!extra || (now && now.lastId >= extra.id)) return null
  return `Entry ${extra.id} was put in: it is later than the last one that was written.`
}
