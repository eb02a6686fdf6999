/**
 * Compresses objects that were published together into bundles. Statements of one federation are alike: a bundle takes a quarter
 * of their bytes, and each alone would take three quarters of its own and ten times the processor time.
 */
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib'
import type { Database } from '#server/database/client.ts'
import { type Kind, kinds, type Subject, toKey } from '#server/publish/history/kind.ts'

/** Objects of a bundle, and their bytes unless it has only one: few enough that one is read fast. */
const OBJECTS = 64
const BYTES = 262_144

/** Further effort saves some percent, and takes three times as long. */
const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }

/** Where an object is in the bundle with this index. */
type BundlePlace = { bundle: number; start: number; size: number }

export function packBundles(objects: readonly Buffer[]): { bundles: Buffer[]; places: BundlePlace[] } {
  const contents: { objects: Buffer[]; size: number }[] = []
  const places = objects.map((bytes) => {
    const last = contents.at(-1)
    const fits = last && last.objects.length < OBJECTS && last.size + bytes.length <= BYTES
    const content = fits ? last : { objects: [], size: 0 }
    if (content !== last) contents.push(content)
    const place = { bundle: contents.length - 1, start: content.size, size: bytes.length }
    content.objects.push(bytes)
    content.size += bytes.length
    return place
  })
  return { bundles: contents.map((content) => compress(Buffer.concat(content.objects))), places }
}

type Range = Pick<BundlePlace, 'start' | 'size'>

export const unpack = (bundle: Uint8Array, { start, size }: Range): Buffer =>
  brotliDecompressSync(bundle).subarray(start, start + size)

/** The bundle without the bytes of an object. The others stay in their places. */
export function erase(bundle: Uint8Array, { start, size }: Range): Buffer {
  return compress(brotliDecompressSync(bundle).fill(0, start, start + size))
}

const compress = (bytes: Buffer) => brotliCompressSync(bytes, options)

/** `until`: null while it is published. */
type KeptObject = { hash: Uint8Array; from: Date; until: Date | null }

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
