/** Reads what was published at a time, as its exact bytes. */
import type { Database } from '#server/database/client.ts'
import { unpack } from '#server/publish/history/bundle.ts'
import { type Kind, kinds, type Subject, toKey } from '#server/publish/history/kind.ts'

/** `until`: null while it is published. */
export type KeptObject = { hash: Uint8Array; from: Date; until: Date | null }

/** What the publisher said about a subject at a time; null: nothing. The latest beginning counts, also if a clock went back. */
export async function findObject(
  db: Database,
  kind: Kind,
  about: Subject,
  at: Date,
): Promise<KeptObject | null> {
  const { subject, second } = toKey(about)
  const [found = null] = await db.$queryRaw<KeptObject[]>`
    SELECT "hash", "from", NULL::timestamp AS "until" FROM "PublishedObject"
    WHERE "kind" = ${kinds[kind]} AND "subject" = ${subject} AND "second" = ${second} AND "from" <= ${at}::timestamp
    UNION ALL (
      SELECT "hash", "from", "until" FROM "PastObject"
      WHERE "kind" = ${kinds[kind]} AND "subject" = ${subject} AND "second" = ${second}
        AND "from" <= ${at}::timestamp AND "until" > ${at}::timestamp
      ORDER BY "from" DESC LIMIT 1)
    ORDER BY "until" NULLS FIRST LIMIT 1`
  return found
}

/** Null: they are removed, or were never kept. */
export async function readBytes(db: Database, hash: Uint8Array<ArrayBuffer>): Promise<Buffer | null> {
  const content = await db.objectContent.findUnique({ where: { hash } })
  if (!content || content.bundleId === null) return null
  const bundle = await db.contentBundle.findUniqueOrThrow({ where: { id: content.bundleId } })
  return unpack(bundle.bytes, content)
}
