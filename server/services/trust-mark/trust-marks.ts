/** Trust Marks: issue, update, renew, revoke (§7). The status belongs to each issued JWT (§8.4). */
import { parseAdditionalClaims } from '#core/additional-claims.ts'
import { parseEntityId } from '#core/entity-id.ts'
import { trustMarkProtectedClaims } from '#core/trust-mark/index.ts'
import type { TrustMarkType } from '#prisma/generated/client/client.ts'
import { toUnix } from '#server/clock.ts'
import { jsonOrNull, type Transaction } from '#server/database/client.ts'
import { readSettings } from '#server/database/settings.ts'
import { typedTrustMark } from '#server/database/typed-row.ts'
import {
  DuplicateError,
  InvalidInputError,
  NotFoundError,
  parseField,
} from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { field, type Input, parsePatch } from '#server/services/patch.ts'
import { parseDelegation, renewDelegation } from '#server/services/trust-mark/delegation.ts'
import { holderOf } from '#server/services/trust-mark/holder.ts'
import { judgeTrustMarks } from '#server/services/trust-mark/judgement.ts'
import { createRevocation } from '#server/services/trust-mark/revocation.ts'
import {
  change,
  recordIssued,
  replace,
  revokeIssued,
  type TrustMarkRow,
  toColumns,
  toColumnsAgain,
  withType,
} from '#server/services/trust-mark/rows.ts'
import { type MarkContent, type SignedMark, signMark } from '#server/services/trust-mark/signing.ts'
import { createSigningAgain } from '#server/services/trust-mark/signing-again.ts'
import { withEntry } from '#server/services/trust-mark/status-entry.ts'
import { patchTerms, type Terms, termFields } from '#server/services/trust-mark/terms.ts'

/** The fields of a mark; its terms default to those of its type. */
export const markFields = (type: Terms) => ({
  ...termFields(type),
  additionalClaims: field(null, (value: unknown) => parseAdditionalClaims(value, trustMarkProtectedClaims)),
})
type MarkFields = Input<ReturnType<typeof markFields>>

export type IssueInput = MarkFields & {
  trustMarkType: string
  entityId: string
  active?: boolean | null | undefined
  delegation?: string | null | undefined
}
export type UpdateMarkInput = MarkFields & { id: number; version?: number | null | undefined }

export function createTrustMarkService(context: ServiceContext) {
  const { db, allowHttp, write, now } = context
  const { revoke } = createRevocation(context)
  const signAgain = createSigningAgain(context)

  async function parse(input: MarkFields, type: TrustMarkType, present: Terms = type) {
    const limits = await readSettings(db)
    const patch = parsePatch(markFields(type), input, limits)
    return { terms: patchTerms(present, patch, input, limits), claims: patch.additionalClaims }
  }

  /** Signs a mark, and records the change that `work` makes with it. */
  function writeSigned(
    caller: Caller,
    content: MarkContent,
    work: (tx: Transaction, signed: SignedMark) => Promise<ReturnType<typeof change>>,
  ): Promise<TrustMarkRow> {
    return withEntry(async () => {
      const signed = await signMark(context, content)
      return write(caller, (tx) => work(tx, signed))
    })
  }

  /** Checks again, because the type may have a new owner or the delegation may have expired (§7.3). */
  async function contentOf({ trustMarkType: type, entityId, ...row }: TrustMarkRow): Promise<MarkContent> {
    const { maximumTrustMarkHours } = await readSettings(db) // may have been lowered since
    const validFor = Math.min(row.validFor, maximumTrustMarkHours)
    try {
      const delegation = await renewDelegation(context, type, row.delegation)
      const { additionalClaims } = typedTrustMark(row)
      return { type, entityId, validFor, additionalClaims, delegation }
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error
      throw refuseDelegation(error.message)
    }
  }

  /** A delegation that ends with the mark or before leaves nothing to extend. */
  async function contentOfRenewal(present: TrustMarkRow): Promise<MarkContent> {
    const content = await contentOf(present)
    const end = content.delegation?.expires ?? Infinity
    const isFromFuture = present.issuedAt > now()
    if (end > toUnix(present.expiresAt) || isFromFuture) return content
    const until = new Date(end * 1000).toISOString()
    throw refuseDelegation(`The owner’s delegation ends at ${until}, so the mark cannot be extended.`)
  }

  /** Stores why a renewal failed, because a scheduled renewal has no reader. */
  async function failed(present: TrustMarkRow, error: unknown): Promise<never> {
    if (error instanceof InvalidInputError) {
      const { id, version, updatedAt } = present
      const failingSince = present.failingSince ?? now()
      const data = { lastError: error.message, failingSince, updatedAt }
      await db.trustMark.updateMany({ where: { id, version }, data })
    }
    throw error
  }

  async function find(id: number): Promise<TrustMarkRow> {
    const row = await db.trustMark.findUnique({ where: { id }, include: withType })
    if (!row) throw new NotFoundError('There is no such Trust Mark.', 'id')
    return row
  }

  return {
    judge: () => judgeTrustMarks(context),

    /** A revoked, invalid or expired mark of the same type and entity is replaced; its JWTs keep their status. */
    async issue(caller: Caller, input: IssueInput): Promise<TrustMarkRow> {
      const entityId = parseField('entityId', () => parseEntityId(input.entityId, { allowHttp }))
      const type = await db.trustMarkType.findUnique({ where: { type: input.trustMarkType } })
      if (!type)
        throw new NotFoundError(`There is no Trust Mark type ${input.trustMarkType}.`, 'trustMarkType')
      if (!type.active)
        throw new InvalidInputError(`The Trust Mark type ${type.type} is not active.`, 'trustMarkType')
      const key = { trustMarkTypeId_entityId: { trustMarkTypeId: type.id, entityId } }
      const present = await db.trustMark.findUnique({ where: key })
      if (present?.active && present.invalidReason === null && present.expiresAt > now()) {
        throw new DuplicateError(
          { typename: 'TrustMark', id: present.id },
          `${entityId} already holds a valid mark of this type. Renew or revoke it.`,
          'entityId',
        )
      }
      const { terms, claims = null } = await parse(input, type)
      const delegation = await parseDelegation(context, type, input.delegation ?? null)
      const active = input.active ?? true
      const { validFor } = terms
      const content = { type, entityId, validFor, additionalClaims: claims, delegation }
      return writeSigned(caller, content, async (tx, signed) => {
        const data = {
          ...terms,
          ...toColumns(signed),
          subordinateId: await holderOf(tx, entityId),
          active,
          additionalClaims: jsonOrNull(claims),
          delegation: input.delegation ?? null,
          revokedAt: active ? null : signed.issuedAt,
          revocationReason: null,
        }
        // The second of two concurrent requests finds the row of the first.
        const result = present
          ? await replace(tx, present, data)
          : await tx.trustMark.create({
              data: { trustMarkTypeId: type.id, entityId, ...data },
              include: withType,
            })
        const revokedAt = active ? null : signed.issuedAt
        await recordIssued(tx, [{ trustMarkId: result.id, signed, revokedAt }])
        return change('issueTrustMark', present ?? undefined, result)
      })
    },

    /** Signs a new JWT; the previous one stays valid until it expires. */
    async renew(caller: Caller, id: number): Promise<TrustMarkRow> {
      const present = await find(id)
      if (!present.active)
        throw new InvalidInputError('A revoked Trust Mark cannot be renewed. Issue a new one.', 'id')
      const content = await contentOfRenewal(present).catch((error) => failed(present, error))
      return signAgain(caller, { action: 'renewTrustMark', present, content })
    },

    /** Signs the mark with the current key and keeps its expiry; the previous JWT keeps its status. */
    async reissue(caller: Caller, id: number): Promise<TrustMarkRow> {
      const present = await find(id)
      if (!present.active || present.expiresAt <= now()) {
        throw new InvalidInputError(
          'A revoked or expired Trust Mark cannot be re-signed. Issue a new one.',
          'id',
        )
      }
      const content = await contentOf(present).catch((error) => failed(present, error))
      return signAgain(caller, {
        action: 'reissueTrustMark',
        present,
        content: { ...content, validFor: present.expiresAt },
      })
    },

    /** Checks what `update` would refuse, before anything is changed. @throws InvalidInputError, NotFoundError */
    async check(input: UpdateMarkInput): Promise<void> {
      const present = await find(input.id)
      await parse(input, present.trustMarkType, present)
    },

    /** Changed claims invalidate the earlier JWTs, which are revoked. */
    async update(caller: Caller, input: UpdateMarkInput): Promise<TrustMarkRow> {
      const present = await find(input.id)
      const { terms, claims } = await parse(input, present.trustMarkType, present)
      if (claims === undefined || !present.active) {
        return write(caller, async (tx) => {
          const data = claims === undefined ? terms : { ...terms, additionalClaims: jsonOrNull(claims) }
          return change('updateTrustMark', present, await replace(tx, present, data, input.version))
        })
      }
      const content = {
        ...(await contentOf(present)),
        validFor: terms.validFor,
        additionalClaims: claims,
      }
      return writeSigned(caller, content, async (tx, signed) => {
        const data = { ...terms, ...toColumnsAgain(present, signed), additionalClaims: jsonOrNull(claims) }
        const result = await replace(tx, present, data, input.version)
        await revokeIssued(tx, present.id, signed.issuedAt)
        await recordIssued(tx, [{ trustMarkId: present.id, signed, revokedAt: null }])
        return change('updateTrustMark', present, result)
      })
    },

    /** Permanently revokes every JWT issued for this mark; overrides concurrent changes. */
    async revoke(caller: Caller, id: number, reason: string | null): Promise<TrustMarkRow> {
      const present = await find(id)
      if (!present.active) return present
      return write(caller, (tx) => revoke(tx, present, reason))
    },
  }
}

const refuseDelegation = (finding: string) =>
  new InvalidInputError(`${finding} Revoke the mark and issue one with a new delegation.`, 'id')
