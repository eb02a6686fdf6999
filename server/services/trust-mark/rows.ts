/** Rows of Trust Marks and of the JWTs issued for them, as the operations on marks write them. */
import type { TrustMark, TrustMarkType } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'
import { changedMeanwhile } from '#server/error/operation-error.ts'
import { toPublish } from '#server/publish/outbox.ts'
import type { AuditAction } from '#server/services/audit/action.ts'
import { requireSigning } from '#server/services/signing-key/rows.ts'
import type { SignedMark } from '#server/services/trust-mark/signing.ts'

export type TrustMarkRow = TrustMark & { trustMarkType: TrustMarkType }
export const withType = { trustMarkType: true } as const

export function columns({ jwt, kid, issuedAt, expiresAt }: SignedMark) {
  return { jwt, kid, issuedAt, expiresAt, lastError: null, failingSince: null }
}

/** Changes the row as it was read, or not at all. */
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
  if (count === 0) throw changedMeanwhile(version)
  return tx.trustMark.findUniqueOrThrow({ where: { id }, include: withType })
}

/** @throws ConflictError when its key does not sign any more */
export async function recordIssued(
  tx: Transaction,
  trustMarkId: number,
  signed: SignedMark,
  revokedAt: Date | null,
) {
  const { hash, kid, issuedAt, expiresAt } = signed
  await requireSigning(tx, kid)
  await tx.issuedTrustMark.create({ data: { hash, trustMarkId, kid, issuedAt, expiresAt, revokedAt } })
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
    publish: [toPublish('trust-mark', after.id)],
    result: after,
  }
}

/** The JWT itself is known by its hash; the log keeps what it says. */
function auditView({ jwt, ...rest }: TrustMark): object {
  return rest
}
