/**
 * Withdrawals that Redis had and an older database lacked (publish/found-withdrawals.ts). The database takes them over at once,
 * so that nothing withdrawn is published; a person decides whether they stay.
 */
import { type FoundWithdrawal, Prisma } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { readTogether } from '#server/database/together.ts'
import { NotFoundError } from '#server/error/operation-error.ts'
import { type Caller, jobCaller } from '#server/identity/caller.ts'
import type { PublishContext } from '#server/publish/context.ts'
import type { Found } from '#server/publish/found-withdrawals.ts'
import { toPublish } from '#server/publish/outbox.ts'
import { readRevoked } from '#server/publish/status-lists.ts'
import type { AuditEntry } from '#server/services/audit/append.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { changedObjects } from '#server/services/file-object/changed-object.ts'
import { auditView, setActive } from '#server/services/subordinate/row.ts'
import { change, type TrustMarkRow, withType } from '#server/services/trust-mark/rows.ts'
import { recordChange } from '#server/services/write.ts'
import { hashTrustMark } from '#store/trust-mark-record.ts'

const finder = jobCaller('compare-publication')

/** Those without a decision, which may be another change of the object. */
const open = Prisma.sql`"FoundWithdrawal" AS f WHERE CASE f."kind"
  WHEN 'UNKNOWN' THEN NOT EXISTS (SELECT FROM "Subordinate" AS s WHERE s."entityId" = f."entityId")
  WHEN 'REVOKED' THEN EXISTS (
    SELECT FROM "TrustMark" AS m JOIN "TrustMarkType" AS t ON t."id" = m."trustMarkTypeId"
    WHERE m."entityId" = f."entityId" AND t."type" = f."trustMarkType" AND NOT m."active")
  ELSE EXISTS (SELECT FROM "Subordinate" AS s WHERE s."entityId" = f."entityId" AND NOT s."active") END`

/** The first ones, each with the number of all. */
export const readFirstWithdrawals = (db: Database, limit: number) =>
  readTogether<FoundWithdrawal & { total: number }>(
    db,
    Prisma.sql`SELECT f.*, count(*) OVER ()::int AS "total" FROM ${open} ORDER BY f."id" LIMIT ${limit}`,
    ['foundAt'],
  )

/** Returns what makes the database agree with a page of what was found. */
export function createAdoption({ db, entityId, now }: Pick<PublishContext, 'db' | 'entityId' | 'now'>) {
  return async (found: Found): Promise<void> => {
    const { withdrawn, revoked, lists, unknown: others } = found
    if (withdrawn.length + revoked.size + lists.length + others.length === 0) return
    await recordChange(db, finder, async (tx) => {
      const members = await withdraw(tx, withdrawn)
      const marks = await revoke(tx, revoked)
      for (const list of lists) await keepList(tx, list)
      const unknown = others.map((id) => ({ kind: 'UNKNOWN', entityId: id, ...ofMember }))
      const rows = [...members, ...marks, ...unknown].map(({ kind, entityId, trustMarkType, hashes }) => {
        return { kind, entityId, trustMarkType, hashes, foundAt: now() }
      })
      if (rows.length === 0) return { action: null, result: undefined }
      for (const { hashes, ...row } of rows) {
        const { entityId, trustMarkType } = row
        await tx.foundWithdrawal.upsert({
          where: { entityId_trustMarkType: { entityId, trustMarkType } },
          create: { ...row, hashes },
          update: { ...row, hashes: { push: hashes } },
        })
      }
      const parts = [...members, ...marks].map(({ part }) => part)
      // No application of configuration files brings it back.
      await tx.fileObject.updateMany({
        where: { OR: parts.flatMap(changedObjects).map(({ section, key }) => ({ section, key })) },
        data: { withdrawnAt: now(), withdrawnBy: finder.name },
      })
      const after = { found: rows.map(({ hashes, foundAt, ...row }) => row) }
      return { action: 'adoptWithdrawals', resource: entityId, after, parts, result: undefined }
    })
  }
}

const ofMember: Pick<FoundWithdrawal, 'trustMarkType' | 'hashes'> = { trustMarkType: '', hashes: [] }

async function withdraw(tx: Transaction, withdrawn: Found['withdrawn']) {
  const found = []
  for (const { entityId, isRemoved } of withdrawn) {
    const before = await tx.subordinate.findUnique({ where: { entityId } })
    if (!before?.active) continue
    const after = await setActive(tx, before.id, false)
    const part: AuditEntry = {
      action: 'deactivateSubordinate',
      resource: entityId,
      before: auditView(before),
      after: auditView(after),
      eventTypes: [isRemoved ? 'revocation' : 'suspension'],
    }
    found.push({ kind: isRemoved ? 'REMOVED' : 'DEACTIVATED', entityId, ...ofMember, part })
  }
  return found
}

async function revoke(tx: Transaction, revoked: Found['revoked']) {
  const issued = await tx.issuedTrustMark.findMany({
    where: { hash: { in: [...revoked.keys()] }, revokedAt: null },
    include: { trustMark: { include: withType } },
  })
  for (const { hash } of issued)
    await tx.issuedTrustMark.update({ where: { hash }, data: { revokedAt: revoked.get(hash) ?? null } })
  const found = []
  for (const its of Map.groupBy(issued, ({ trustMarkId }) => trustMarkId).values()) {
    const [first] = its
    if (!first) continue
    const { trustMark: before } = first
    const hashes = its.map(({ hash }) => hash)
    const { entityId, trustMarkType } = before
    const revokedAt = revoked.get(hashTrustMark(before.jwt))
    const data = revokedAt ? { active: false, revokedAt } : {}
    const part = await changeMark(tx, 'revokeTrustMark', before, data)
    found.push({ kind: 'REVOKED', entityId, trustMarkType: trustMarkType.type, hashes, part })
  }
  return found
}

/** Keeps the bits of marks that the database lacks, and begins a new list, so that no mark gets an entry that was used. */
async function keepList(
  tx: Transaction,
  { number, bytes, kid, trust_mark_type: type }: Found['lists'][number],
) {
  const known = await tx.trustMarkType.findUnique({ where: { type }, select: { id: true } })
  if (!known) return
  const owner = { trustMarkTypeId: known.id, kid }
  const own = await readRevoked(tx, number)
  const lost = Buffer.from(bytes.map((byte, at) => byte & ~(own[at] ?? 0)))
  if (lost.some((byte) => byte > 0)) {
    const before = await tx.statusList.findUnique({ where: { number }, select: { keptBits: true } })
    const keptBits = Buffer.from(lost.map((byte, at) => byte | (before?.keptBits?.[at] ?? 0)))
    await tx.statusList.upsert({
      where: { number },
      create: { number, ...owner, keptBits },
      update: { keptBits },
    })
  }
  await tx.$queryRaw`
    SELECT setval(sequence, greatest(${number}, (SELECT last_value FROM pg_sequences
      WHERE format('%I.%I', schemaname, sequencename) = sequence)))
    FROM pg_get_serial_sequence('"StatusList"', 'number') AS sequence`
  await tx.statusList.create({ data: owner })
}

async function changeMark(
  tx: Transaction,
  action: 'revokeTrustMark' | 'updateTrustMark',
  before: TrustMarkRow,
  data: Prisma.TrustMarkUpdateInput,
) {
  const { id } = before
  const further = { ...data, version: { increment: 1 } }
  return change(
    action,
    before,
    await tx.trustMark.update({ where: { id }, data: further, include: withType }),
  )
}

export type WithdrawalDecision = {
  decision: 'ACCEPT' | 'PUBLISH'
  entityIds?: readonly string[] | null | undefined
}

export function createWithdrawalService({ entityId, write }: ServiceContext) {
  return {
    /** Returns the number of decided objects. @throws NotFoundError */
    decide: (caller: Caller, { decision, entityIds }: WithdrawalDecision): Promise<number> =>
      write(caller, async (tx) => {
        const named = entityIds ? Prisma.sql`AND f."entityId" = ANY (${[...entityIds]})` : Prisma.empty
        const known = decision === 'PUBLISH' ? Prisma.sql`AND f."kind" <> 'UNKNOWN'` : Prisma.empty
        const rows = await tx.$queryRaw<FoundWithdrawal[]>`
          SELECT f.* FROM ${open} ${named} ${known} ORDER BY f."id" FOR UPDATE OF f`
        if (rows.length === 0)
          throw new NotFoundError(
            'No such withdrawal waits for a decision. Register a member that the database does not have.',
            'entityIds',
          )
        const parts = []
        for (const row of rows)
          parts.push(...(decision === 'ACCEPT' ? await accept(tx, row) : await publish(tx, row)))
        await tx.foundWithdrawal.deleteMany({ where: { id: { in: rows.map(({ id }) => id) } } })
        return {
          action: 'decideWithdrawals',
          resource: entityId,
          after: { decision, decided: rows.length },
          parts,
          // Only a rebuild clears the bits of status lists.
          publish: decision === 'PUBLISH' ? [toPublish('everything')] : [],
          result: rows.length,
        }
      }),
  }
}

/** What was deactivated or revoked is so already. */
async function accept(tx: Transaction, { kind, entityId }: FoundWithdrawal): Promise<AuditEntry[]> {
  if (kind !== 'REMOVED') return []
  const before = await tx.subordinate.delete({ where: { entityId } })
  return [{ action: 'removeSubordinate', resource: entityId, before: auditView(before) }]
}

async function publish(tx: Transaction, row: FoundWithdrawal): Promise<AuditEntry[]> {
  const { kind, entityId, trustMarkType: type, hashes } = row
  if (kind !== 'REVOKED') {
    const before = await tx.subordinate.findUniqueOrThrow({ where: { entityId } })
    const after = await setActive(tx, before.id, true)
    return [
      {
        action: 'reactivateSubordinate',
        resource: entityId,
        before: auditView(before),
        after: auditView(after),
        eventTypes: ['reactivation'],
      },
    ]
  }
  await tx.issuedTrustMark.updateMany({ where: { hash: { in: hashes } }, data: { revokedAt: null } })
  const before = await tx.trustMark.findFirstOrThrow({
    where: { entityId, trustMarkType: { type } },
    include: withType,
  })
  const data = { active: true, revokedAt: null, revocationReason: null }
  return [await changeMark(tx, 'updateTrustMark', before, data)]
}
