/** Writes the rows of Trust Marks and of the JWTs issued for them. */
import type { TrustMark, TrustMarkType } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'
import { createVersionConflict } from '#server/error/operation-error.ts'
import { toPublish } from '#server/publish/outbox.ts'
import type { AuditAction } from '#server/services/audit/action.ts'
import { requireSigning } from '#server/services/signing-key/rows.ts'
import type { SignedMark } from '#server/services/trust-mark/signing.ts'
import { EntryTakenError } from '#server/services/trust-mark/status-entry.ts'

export type TrustMarkRow = TrustMark & { trustMarkType: TrustMarkType }
export const withType = { trustMarkType: true } as const

const healthy = { invalidReason: null, invalidSince: null, lastError: null, failingSince: null }

export function toColumns({ jwt, kid, issuedAt, expiresAt }: SignedMark) {
  return { jwt, kid, issuedAt, expiresAt, ...healthy }
}

/** The columns of a mark that is signed again: with a type that is not active, it stays invalid (judgement.ts). */
export function toColumnsAgain(
  { trustMarkType, invalidReason, invalidSince }: TrustMarkRow,
  signed: SignedMark,
) {
  return { ...toColumns(signed), ...(trustMarkType.active ? {} : { invalidReason, invalidSince }) }
}

/** Changes the row if it is still as it was read. */
export async function replace(
  tx: Transaction,
  present: TrustMark,
  data: Parameters<Transaction['trustMark']['updateMany']>[0]['data'],
  version?: number | null,
): Promise<TrustMarkRow> {
  const { id } = present
  const { count } = await tx.trustMark.updateMany({
    where: { id, version: version ?? present.version },
    data: { ...data, version: { increment: 1 } },
  })
  if (count === 0) throw createVersionConflict(version)
  return tx.trustMark.findUniqueOrThrow({ where: { id }, include: withType })
}

export type Issued = { trustMarkId: number; signed: SignedMark; revokedAt: Date | null }

/** @throws ConflictError when a key is no longer the current one, EntryTakenError */
export async function recordIssued(tx: Transaction, marks: readonly Issued[]): Promise<void> {
  for (const kid of new Set(marks.map(({ signed }) => signed.kid))) await requireSigning(tx, kid)
  const data = marks.map(({ trustMarkId, signed, revokedAt }) => {
    const { hash, kid, issuedAt, expiresAt, status } = signed
    const entry = status ? { statusListNumber: status.list, statusIndex: status.index } : {}
    return { hash, trustMarkId, kid, issuedAt, expiresAt, revokedAt, ...entry }
  })
  const skipDuplicates = marks.some(({ signed }) => signed.status !== null)
  const { count } = await tx.issuedTrustMark.createMany({ data, skipDuplicates })
  if (count < data.length) throw new EntryTakenError()
}

export async function revokeIssued(tx: Transaction, trustMarkId: number, revokedAt: Date): Promise<void> {
  await tx.issuedTrustMark.updateMany({ where: { trustMarkId, revokedAt: null }, data: { revokedAt } })
}

export function change(action: AuditAction, before: TrustMark | undefined, after: TrustMarkRow) {
  return {
    action,
    resource: `${after.trustMarkType.type} ${after.entityId}`,
    ...(before ? { before: auditView(before) } : {}),
    after: auditView(after),
    publish: [toPublish('trust-mark', after.id, after.active ? 'ordinary' : 'withdrawal')],
    result: after,
  }
}

/** Without the JWT: its hash identifies it, and the log keeps its claims. */
function auditView({ jwt, searchText, ...rest }: TrustMark): object {
  return rest
}
