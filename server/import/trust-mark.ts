/** Imports a Trust Mark with its issued JWT and status (§8.4). */
import { parseAdditionalClaims, removeProtected } from '#core/additional-claims.ts'
import { defaultTerms } from '#core/defaults.ts'
import { parseEntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { verifySignature } from '#core/jws.ts'
import { parseTrustMark, trustMarkProtectedClaims } from '#core/trust-mark/index.ts'
import type { TrustMarkType } from '#prisma/generated/client/client.ts'
import { type Database, jsonOrNull } from '#server/database/client.ts'
import { readSettings } from '#server/database/settings.ts'
import { claimsOf, type InmorContent, type SourceTrustMark } from '#server/import/content.ts'
import { readStatusEntry } from '#server/import/status-list.ts'
import {
  compared,
  failed,
  type ImportContext,
  imported,
  type Outcome,
  unchanged,
} from '#server/import/step.ts'
import { hoursOf, withinLimits } from '#server/import/trust-mark-type.ts'
import { toPublish } from '#server/publish/outbox.ts'
import { holderOf } from '#server/services/trust-mark/holder.ts'
import { change, recordIssued, toColumns, withType } from '#server/services/trust-mark/rows.ts'
import { type SignedMark, signMark } from '#server/services/trust-mark/signing.ts'
import { withEntry } from '#server/services/trust-mark/status-entry.ts'
import { hashTrustMark } from '#store/trust-mark-record.ts'

const HOUR_MS = 3_600_000
const REVOKED = 'Revoked before the import.'

/** @throws FederationError or OperationError with the reason why it cannot be imported */
export async function importTrustMark(context: ImportContext, source: SourceTrustMark): Promise<Outcome> {
  const { db, allowHttp, entityId: anchor, write, caller, isDryRun, now } = context
  const entityId = parseEntityId(source.entityId, { allowHttp })
  const issuer = claimsOf(source.jwt)?.iss
  if (issuer !== undefined && issuer !== anchor)
    return failed(`It was issued by ${issuer}, not by ${anchor}. Check TA_DOMAIN.`)
  const type = await db.trustMarkType.findUnique({ where: { type: source.type } })
  const active = !source.isRevoked
  const existing =
    type &&
    (await db.trustMark.findUnique({
      where: { trustMarkTypeId_entityId: { trustMarkTypeId: type.id, entityId } },
    }))
  if (existing) {
    const isKnown = !active || (await isIssuedHere(context, source))
    return compared([...(existing.active === active ? [] : ['state']), ...(isKnown ? [] : ['JWT'])])
  }
  const { fields, additionalClaims, notes } = await fieldsOf(context, source, type)
  const found = await usableJwt(context, source)
  if (typeof found === 'string' && active) notes.push(`It is signed again: ${found}`)
  if (isDryRun) return imported(notes)
  // Types are imported before marks.
  if (!type) return failed(`Its type ${source.type} does not exist.`)
  const until = typeof found === 'string' ? (expiryOf(source, now()) ?? fields.validFor) : found.expiresAt
  const content = { type, entityId, validFor: until, additionalClaims, delegation: null }
  // A row needs a JWT, and that of a revoked mark is lost: the new one is revoked and never published.
  const sign = async () => (typeof found === 'string' ? signMark(context, content) : found)
  const record = (signed: SignedMark) =>
    write(caller, async (tx) => {
      const revokedAt = active ? null : now()
      const result = await tx.trustMark.create({
        data: {
          trustMarkTypeId: type.id,
          entityId,
          ...fields,
          ...toColumns(signed),
          subordinateId: await holderOf(tx, entityId),
          active,
          additionalClaims: jsonOrNull(additionalClaims),
          revokedAt,
          revocationReason: active ? null : REVOKED,
          ...(source.row ? { createdAt: source.row.issuedAt } : {}),
        },
        include: withType,
      })
      await recordIssued(tx, [{ trustMarkId: result.id, signed, revokedAt }])
      return change('importTrustMark', undefined, result)
    })
  await withEntry(async () => record(await sign()))
  return imported(notes)
}

/** By us, or by an import before this one. */
async function isIssuedHere({ db }: ImportContext, source: SourceTrustMark): Promise<boolean> {
  const hash = hashOf(source)
  if (hash === null) return true
  const where = { hash }
  return (await db.issuedTrustMark.count({ where })) + (await db.importedTrustMarkHash.count({ where })) > 0
}

const hashOf = ({ jwt }: SourceTrustMark) => (jwt === null ? null : hashTrustMark(jwt))

/** The issued JWT, or the reason why it is unusable. */
async function usableJwt(
  { db, entityId: anchor, allowHttp, signingKeys }: ImportContext,
  { jwt, type, entityId }: SourceTrustMark,
): Promise<SignedMark | string> {
  if (jwt === null) return 'there is no JWT of it.'
  try {
    const mark = parseTrustMark(jwt, { allowHttp })
    const { iss, sub, trust_mark_type, iat, exp } = mark.claims
    if (iss !== anchor || sub !== entityId || trust_mark_type !== type) return 'its JWT is of another mark.'
    if (exp === undefined) return 'its JWT never expires.'
    const { published, historical } = signingKeys.current()
    await verifySignature(mark, { keys: [...published.keys, ...historical] }, null)
    const { kid } = mark.header
    const [issuedAt, expiresAt] = [new Date(iat * 1000), new Date(exp * 1000)]
    const entry = readStatusEntry(jwt, anchor)
    const isKnown = entry && (await db.statusList.count({ where: { number: entry.list } })) > 0
    return { jwt, hash: hashTrustMark(jwt), kid, issuedAt, expiresAt, status: isKnown ? entry : null }
  } catch (error) {
    if (error instanceof FederationError) return error.message
    throw error
  }
}

async function fieldsOf(context: ImportContext, { row, jwt }: SourceTrustMark, type: TrustMarkType | null) {
  const usual = type ?? defaultTerms
  const { validFor, renewalTime, autorenew } = row ?? { ...usual, validFor: hoursOf(jwt) ?? usual.validFor }
  const { fields, notes } = withinLimits({ validFor, renewalTime, autorenew }, await readSettings(context.db))
  const { status, ...own } = claimsOf(jwt) ?? {}
  const isEntry = readStatusEntry(jwt, context.entityId) !== null // each JWT gets its own
  const claims = row
    ? row.additionalClaims
    : furtherClaims(isEntry || status === undefined ? own : { ...own, status })
  return {
    fields,
    additionalClaims: claims === null ? null : parseAdditionalClaims(claims, trustMarkProtectedClaims),
    notes,
  }
}

function furtherClaims(claims: Record<string, unknown>): Record<string, unknown> | null {
  const { ref: _ref, logo_uri: _logo, ...further } = removeProtected(claims, trustMarkProtectedClaims)
  return Object.keys(further).length > 0 ? further : null
}

/** The expiry of the issued JWT for its replacement; null if it has passed. */
function expiryOf({ jwt, row }: SourceTrustMark, now: Date): Date | null {
  const exp = claimsOf(jwt)?.exp
  const date = typeof exp === 'number' ? new Date(exp * 1000) : row?.expiresAt
  return date && date.getTime() > now.getTime() + HOUR_MS ? date : null
}

const PAGE = 5_000

/** Imports the hashes of replaced and revoked Trust Mark JWTs, of which nothing else is known (§8.4). */
export async function importIssuedHashes(
  { db, write, caller, isDryRun, entityId }: ImportContext,
  { issuedHashes, trustMarks }: Pick<InmorContent, 'issuedHashes' | 'trustMarks'>,
): Promise<Outcome> {
  // The set lacks marks that were issued before a Redis restored from the database.
  const all = new Set([...issuedHashes, ...trustMarks.flatMap((mark) => hashOf(mark) ?? [])])
  const unknown: string[] = []
  for (const page of pages([...all])) unknown.push(...(await unknownOf(db, page)))
  if (unknown.length === 0) return unchanged
  const note = `${unknown.length} of ${all.size}; these JWTs stay valid until they expire.`
  if (isDryRun) return imported([`Up to ${note}`])
  await write(caller, async (tx) => {
    for (const page of pages(unknown)) {
      await tx.importedTrustMarkHash.createMany({
        data: page.map((hash) => ({ hash })),
        skipDuplicates: true,
      })
    }
    return {
      action: 'importIssuedTrustMarks',
      resource: entityId,
      after: { hashes: unknown.length },
      publish: [toPublish('issued-trust-marks')],
      result: undefined,
    }
  })
  return imported([note])
}

async function unknownOf(db: Database, hashes: string[]): Promise<string[]> {
  const where = { hash: { in: hashes } }
  const select = { hash: true } as const
  const [issued, hashed] = await Promise.all([
    db.issuedTrustMark.findMany({ where, select }),
    db.importedTrustMarkHash.findMany({ where, select }),
  ])
  const known = new Set([...issued, ...hashed].map(({ hash }) => hash))
  return hashes.filter((hash) => !known.has(hash))
}

function* pages(hashes: readonly string[]): Generator<string[]> {
  for (let at = 0; at < hashes.length; at += PAGE) yield hashes.slice(at, at + PAGE)
}
