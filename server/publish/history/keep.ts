/**
 * Keeps the bytes of what is published, with the times from which and until which it is: in the database, before Redis has it.
 * An object that is the same as before adds nothing.
 */
import { Prisma } from '#prisma/generated/client/client.ts'
import { toNumbers } from '#server/database/numbers.ts'
import type { PublishContext } from '#server/publish/context.ts'
import { packBundles } from '#server/publish/history/bundle.ts'
import { hashOf, type Kind, kinds, type Subject, toKey } from '#server/publish/history/kind.ts'

export type KeepContext = Pick<PublishContext, 'db' | 'now'>

/** An object as it will be published. */
export type NewObject = Subject & { bytes: string | Buffer }

type Hashed = ReturnType<typeof toKey> & Pick<NewObject, 'bytes'> & { hash: Buffer }

/** The subjects after the first one, up to the last one if there is one, in the order of the database. */
export type Range = { after: string; last: string | null }

const HASH_BYTES = 32

/** Each about another subject. */
export async function keep(context: KeepContext, kind: Kind, objects: readonly NewObject[]): Promise<void> {
  if (objects.length === 0) return
  const hashed = objects.map(toHashed)
  const rows = await context.db.$queryRaw<{ at: number }[]>`
    SELECT given."at" FROM (${givenRows(hashed)}) AS given LEFT JOIN ${publishedNow(kind)} ON true
    WHERE p."hash" IS DISTINCT FROM given."hash"`
  await insert(context, kind, select(hashed, rows))
}

/** The objects of a kind without second subjects about all subjects of the range. What was published of others ends. */
export async function keepRange(
  context: KeepContext,
  kind: Kind,
  objects: readonly NewObject[],
  { after, last }: Range,
): Promise<void> {
  const hashed = objects.map(toHashed)
  const end = last === null ? Prisma.empty : Prisma.sql`AND "subject" <= ${last}`
  const rows = await context.db.$queryRaw<{ at: number | null; subject: string | null }[]>`
    SELECT given."at", p."subject" FROM (${givenRows(hashed)}) AS given
    FULL JOIN (SELECT "subject", "hash" FROM "PublishedObject" WHERE "kind" = ${kinds[kind]} AND "subject" > ${after} ${end}) AS p
      ON p."subject" = given."subject"
    WHERE p."hash" IS DISTINCT FROM given."hash"`
  const ended = rows.flatMap(({ at, subject }) => (at === null && subject !== null ? { subject } : []))
  await endObjects(context, kind, ended)
  await insert(context, kind, select(hashed, rows))
}

/** Of these subjects, nothing is published any more. */
export async function endObjects(
  context: KeepContext,
  kind: Kind,
  subjects: readonly Subject[],
): Promise<void> {
  if (subjects.length === 0) return
  const keys = subjects.map(toKey)
  await endWhere(
    context,
    kind,
    Prisma.sql`("subject", "second") IN (SELECT * FROM unnest(
      ${keys.map(({ subject }) => subject)}::text[], ${keys.map(({ second }) => second)}::text[]))`,
  )
}

/** `condition`: about the columns of `object`. */
export async function endWhere({ db, now }: KeepContext, kind: Kind, condition: Prisma.Sql): Promise<void> {
  await db.$executeRaw`
    WITH ended AS (
      DELETE FROM "PublishedObject" AS object WHERE "kind" = ${kinds[kind]} AND ${condition}
      RETURNING "kind", "subject", "second", "hash", "from")
    INSERT INTO "PastObject" ("kind", "subject", "second", "hash", "from", "until")
    SELECT "kind", "subject", "second", "hash", "from", ${now()}::timestamp FROM ended`
}

function toHashed(object: NewObject): Hashed {
  return { ...toKey(object), bytes: object.bytes, hash: hashOf(object.bytes) }
}

/** One value for all hashes, because it is bound and parsed faster. */
const givenRows = (objects: readonly Hashed[]) => Prisma.sql`
  SELECT "subject", "second", "at"::int AS "at",
    substring(${Buffer.concat(objects.map(({ hash }) => hash))}::bytea FROM ("at"::int - 1) * ${HASH_BYTES} + 1 FOR ${HASH_BYTES}) AS "hash"
  FROM unnest(${objects.map(({ subject }) => subject)}::text[], ${objects.map(({ second }) => second)}::text[])
    WITH ORDINALITY AS rows ("subject", "second", "at")`

/**
 * What is published of a given row. One look-up for each: a join may read all objects of the kind, as long as the database does
 * not know how many there are.
 */
const publishedNow = (kind: Kind) => Prisma.sql`LATERAL (
  SELECT * FROM "PublishedObject"
  WHERE "kind" = ${kinds[kind]} AND "subject" = given."subject" AND "second" = given."second" LIMIT 1) AS p`

const select = (objects: readonly Hashed[], rows: readonly { at: number | null }[]) =>
  rows.flatMap(({ at }) => (at === null ? [] : (objects[at - 1] ?? [])))

/** Replaces what was published. One statement, so that the bytes and their times are there together. */
async function insert({ db, now }: KeepContext, kind: Kind, objects: readonly Hashed[]): Promise<void> {
  if (objects.length === 0) return
  const { bundles, places } = packBundles(objects.map(({ bytes }) => Buffer.from(bytes)))
  const at = now()
  await db.$executeRaw`
    WITH given AS MATERIALIZED (${givenRows(objects)}),
    bundle AS (
      INSERT INTO "ContentBundle" ("bytes")
      SELECT substring(${Buffer.concat(bundles)}::bytea FROM "start" + 1 FOR "size")
      FROM unnest(${toNumbers(startsOf(bundles))}::int[], ${toNumbers(bundles.map(({ length }) => length))}::int[])
        WITH ORDINALITY AS rows ("start", "size", "at")
      ORDER BY "at" RETURNING "id"),
    content AS (
      INSERT INTO "ObjectContent" AS content ("hash", "bundleId", "start", "size")
      SELECT DISTINCT ON (given."hash") given."hash", numbered."id", place."start", place."size"
      FROM unnest(${toNumbers(places.map(({ bundle }) => bundle))}::int[],
        ${toNumbers(places.map(({ start }) => start))}::int[], ${toNumbers(places.map(({ size }) => size))}::int[]) WITH ORDINALITY AS place ("bundle", "start", "size", "at")
      JOIN given USING ("at")
      JOIN (SELECT "id", row_number() OVER (ORDER BY "id") - 1 AS "bundle" FROM bundle) AS numbered USING ("bundle")
      ON CONFLICT ("hash") DO UPDATE SET "bundleId" = excluded."bundleId", "start" = excluded."start"
      WHERE content."bundleId" IS NULL),
    past AS (
      INSERT INTO "PastObject" ("kind", "subject", "second", "hash", "from", "until")
      SELECT p."kind", p."subject", p."second", p."hash", p."from", ${at}::timestamp
      FROM given CROSS JOIN ${publishedNow(kind)})
    INSERT INTO "PublishedObject" ("kind", "subject", "second", "hash", "from")
    SELECT ${kinds[kind]}::smallint, "subject", "second", "hash", ${at}::timestamp FROM given
    ON CONFLICT ("kind", "subject", "second") DO UPDATE SET "hash" = excluded."hash", "from" = excluded."from"`
}

function startsOf(bundles: readonly Buffer[]): number[] {
  let next = 0
  return bundles.map(({ length }) => {
    const start = next
    next += length
    return start
  })
}
