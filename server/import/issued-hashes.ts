/** Imports the hashes of replaced and revoked Trust Mark JWTs, of which nothing else is known (§8.4). */
import type { Database } from '#server/database/client.ts'
import type { InmorContent } from '#server/import/content.ts'
import { type ImportContext, imported, type Outcome, unchanged } from '#server/import/step.ts'
import { hashOf } from '#server/import/trust-mark.ts'
import { toPublish } from '#server/publish/outbox.ts'

const PAGE = 5_000

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
