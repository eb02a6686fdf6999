/** Compares the status lists of Trust Marks, list by list. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import type { PublishContext } from '#server/publish/context.ts'
import { compare, type Drift, type DriftSource } from '#server/publish/drift/drift.ts'
import { toPublish } from '#server/publish/outbox.ts'
import { readRevoked } from '#server/publish/status-lists.ts'
import { formatListFacts, readStatusListBytes } from '#store/status-list.ts'

export const statusLists: DriftSource = { compareAll, driftOf }

/** Lists that have a mark, which the first mark of a list publishes, or had one. */
const withMarks: Prisma.StatusListWhereInput = {
  OR: [{ issued: { some: {} } }, { keptBits: { not: null } }],
}

async function* compareAll(context: PublishContext): AsyncGenerator<Drift[]> {
  const { db, redis, keys } = context
  const rows = await db.statusList.findMany({ where: withMarks, select: { number: true } })
  const published = await redis.hkeys(keys.statusLists)
  for (const name of new Set([...rows.map(({ number }) => String(number)), ...published]))
    yield await driftOf(context, [name])
}

async function driftOf(context: PublishContext, names: readonly string[]): Promise<Drift[]> {
  const found: Drift[] = []
  for (const name of names) {
    // In this order: a revocation that Redis has is in the database by then.
    const actual = await readPublishedList(context, name)
    const expected = await readExpected(context, Number(name))
    const kind = compare(textOf(expected), textOf(actual))
    if (!kind) continue
    // Bits are added to a list by publishing its marks again, and removed by a rebuild only.
    const isExtended = expected !== null && (actual === null || isWithin(actual.bytes, expected.bytes))
    const item = toPublish(isExtended ? 'issued-trust-marks' : 'everything')
    found.push({ kind, words: `Status list ${name}`, name, item })
  }
  return found
}

type List = { facts: string; bytes: Buffer } | null

const textOf = (list: List) => list && `${list.facts} ${list.bytes.toString('base64')}`

const isWithin = (some: Buffer, all: Buffer) => some.every((byte, at) => (byte & ~(all[at] ?? 0)) === 0)

/** Null also for a list that is not complete. */
export async function readPublishedList({ redis, keys }: PublishContext, name: string): Promise<List> {
  const [facts, stored] = await Promise.all([
    redis.hget(keys.statusLists, name),
    redis.getBuffer(keys.statusListBits(name)),
  ])
  const bytes = readStatusListBytes(stored)
  return facts !== null && bytes ? { facts, bytes } : null
}

async function readExpected({ db }: PublishContext, number: number): Promise<List> {
  const list = await db.statusList.findFirst({
    where: { number, ...withMarks },
    select: { kid: true, trustMarkType: { select: { type: true } } },
  })
  if (!list) return null
  const facts = formatListFacts({ trust_mark_type: list.trustMarkType.type, kid: list.kid })
  return { facts, bytes: await readRevoked(db, number) }
}
