/** Signs Trust Marks again, and writes those that wait for their turn at the same time together. */
import type { Transaction } from '#server/database/client.ts'
import { createVersionConflict } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { AuditAction } from '#server/services/audit/action.ts'
import type { ServiceContext } from '#server/services/context.ts'
import {
  change,
  recordIssued,
  type TrustMarkRow,
  toColumnsAgain,
  withType,
} from '#server/services/trust-mark/rows.ts'
import { type MarkContent, type SignedMark, signMark } from '#server/services/trust-mark/signing.ts'
import { withEntry } from '#server/services/trust-mark/status-entry.ts'

type Again = { action: AuditAction; present: TrustMarkRow }
type SignedAgain = Again & { signed: SignedMark }

/** The previous JWTs keep their status. @throws ConflictError when the row is no longer as it was read */
export function createSigningAgain(context: ServiceContext) {
  const write = context.write.grouped(async (tx: Transaction, items: readonly SignedAgain[]) => {
    await replaceAll(tx, items)
    await recordIssued(
      tx,
      items.map(({ present, signed }) => ({ trustMarkId: present.id, signed, revokedAt: null })),
    )
    const ids = items.map(({ present }) => present.id)
    const rows = await tx.trustMark.findMany({ where: { id: { in: ids } }, include: withType })
    const byId = new Map(rows.map((row) => [row.id, row]))
    return items.map(({ action, present }) => change(action, present, byId.get(present.id) ?? present))
  })
  return (caller: Caller, { content, ...again }: Again & { content: MarkContent }): Promise<TrustMarkRow> =>
    withEntry(async () => write(caller, { ...again, signed: await signMark(context, content) }))
}

async function replaceAll(tx: Transaction, items: readonly SignedAgain[]): Promise<void> {
  const values = items.map(({ present, signed }) => {
    const { jwt, kid, issuedAt, expiresAt, invalidReason, invalidSince } = toColumnsAgain(present, signed)
    const { id, version } = present
    return {
      id,
      version,
      jwt,
      kid,
      issued: issuedAt,
      expires: expiresAt,
      reason: invalidReason,
      since: invalidSince,
    }
  })
  const replaced = await tx.$executeRaw`
    UPDATE "TrustMark" AS m
    SET "jwt" = v.jwt, "kid" = v.kid, "issuedAt" = v.issued, "expiresAt" = v.expires, "invalidReason" = v.reason,
        "invalidSince" = v.since, "lastError" = NULL, "failingSince" = NULL, "updatedAt" = now() AT TIME ZONE 'utc',
        "version" = m."version" + 1
    FROM json_to_recordset(${JSON.stringify(values)}::json) AS v (id int, version int, jwt text, kid text,
      issued timestamp, expires timestamp, reason text, since timestamp)
    WHERE m."id" = v.id AND m."version" = v.version`
  if (replaced < items.length) throw createVersionConflict(null)
}
