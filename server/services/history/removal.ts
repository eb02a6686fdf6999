/** Removes bytes of published objects: personal data that must go, and what is older than the retention. */
import type { Database, Transaction } from '#server/database/client.ts'
import { readSettings } from '#server/database/settings.ts'
import { ConflictError, InvalidInputError, NotFoundError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import { erase } from '#server/publish/history/bundle.ts'
import type { ServiceContext } from '#server/services/context.ts'

const DAY_MS = 86_400_000
/** Rows deleted at a time. */
const PAGE = 5_000

/**
 * Removes the bytes of an object that is no longer published. Its hash and its times stay, so that it can still be proved that
 * the bytes were published. `hash`: SHA-256, in hex. @throws InvalidInputError, NotFoundError, ConflictError
 */
export async function removeObjectBytes(
  { write }: Pick<ServiceContext, 'write'>,
  caller: Caller,
  hash: string,
): Promise<void> {
  if (!/^[0-9a-f]{64}$/.test(hash))
    throw new InvalidInputError('The hash of an object has 64 hexadecimal digits, in lower case.', 'hash')
  await write(caller, async (tx) => {
    await lockHistory(tx)
    const bytes = Buffer.from(hash, 'hex')
    const content = await tx.objectContent.findUnique({ where: { hash: bytes } })
    if (!content) throw new NotFoundError('No object with this hash was published.', 'hash')
    if (await tx.publishedObject.findFirst({ where: { hash: bytes } }))
      throw new ConflictError('This object is published. Change or remove what it is about first.', 'hash')
    if (content.bundleId === null) throw new ConflictError('Its bytes are removed already.', 'hash')
    const where = { id: content.bundleId }
    const bundle = await tx.contentBundle.findUniqueOrThrow({ where })
    await tx.contentBundle.update({ where, data: { bytes: Buffer.from(erase(bundle.bytes, content)) } })
    await tx.objectContent.update({ where: { hash: bytes }, data: { bundleId: null } })
    return { action: 'removeObjectBytes', resource: hash, result: undefined }
  })
}

/** Applies the setting and returns the number of deleted objects, whose times and hashes go too. */
export async function applyHistoryRetention(db: Database, now: Date): Promise<number> {
  const { historyRetentionDays } = await readSettings(db)
  if (historyRetentionDays === null) return 0
  const before = new Date(now.getTime() - historyRetentionDays * DAY_MS)
  let deleted = 0
  for (;;) {
    // Rows are written when an object ends, so the oldest ends are first.
    const rows = await db.$executeRaw`
      DELETE FROM "PastObject" WHERE "until" < ${before}::timestamp
        AND "id" IN (SELECT "id" FROM "PastObject" ORDER BY "id" LIMIT ${PAGE})`
    deleted += rows
    if (rows === 0) break
  }
  if (deleted > 0) await deleteUnused(db)
  return deleted
}

/** Bundles go as a whole, so the bytes of an object may stay as long as those that were published with it. */
async function deleteUnused(db: Database): Promise<void> {
  await db.$transaction(async (tx) => {
    await lockHistory(tx)
    await tx.$executeRaw`
      DELETE FROM "ObjectContent" AS content
      WHERE NOT EXISTS (SELECT FROM "PastObject" AS past WHERE past."hash" = content."hash")
        AND NOT EXISTS (SELECT FROM "PublishedObject" AS present WHERE present."hash" = content."hash")`
  })
  await db.$executeRaw`
    DELETE FROM "ContentBundle" AS bundle
    WHERE NOT EXISTS (SELECT FROM "ObjectContent" AS content WHERE content."bundleId" = bundle."id")`
}

/** Nothing is published until the transaction ends: an object that is published again keeps its bytes. */
async function lockHistory(tx: Transaction): Promise<void> {
  await tx.$executeRaw`LOCK TABLE "PublishedObject" IN SHARE ROW EXCLUSIVE MODE`
}
