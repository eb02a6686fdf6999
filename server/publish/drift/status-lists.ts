/** Compares the status lists of Trust Marks, list by list. */
import { STATUS_LIST_BYTES } from '#core/status-list.ts'
import type { PublishContext } from '#server/publish/context.ts'
import { compare, type Drift, type DriftSource } from '#server/publish/drift/drift.ts'
import { toPublish } from '#server/publish/outbox.ts'
import { formatListFacts, readStatusListBytes } from '#store/status-list-record.ts'

export const statusLists: DriftSource = { compareAll, driftOf }

/** Lists that have a mark: the first mark of a list publishes it. */
async function findLists({ db }: PublishContext, numbers?: readonly number[]) {
  return db.statusList.findMany({
    where: { issued: { some: {} }, ...(numbers ? { number: { in: [...numbers] } } : {}) },
    select: { number: true, kid: true, trustMarkType: { select: { type: true } } },
    orderBy: { number: 'asc' },
  })
}

async function* compareAll(context: PublishContext): AsyncGenerator<Drift[]> {
  const { redis, keys } = context
  const known = (await findLists(context)).map(({ number }) => String(number))
  const published = await redis.hkeys(keys.statusLists)
  for (const number of new Set([...known, ...published])) yield await driftOf(context, [number])
}

async function driftOf(context: PublishContext, names: readonly string[]): Promise<Drift[]> {
  const { redis, keys } = context
  const lists = await findLists(context, names.map(Number))
  const found: Drift[] = []
  for (const name of names) {
    const list = lists.find(({ number }) => String(number) === name)
    const expected = list && {
      facts: formatListFacts({ trust_mark_type: list.trustMarkType.type, kid: list.kid }),
      bytes: await revokedOf(context, list.number),
    }
    const [facts, stored] = await Promise.all([
      redis.hget(keys.statusLists, name),
      redis.getBuffer(keys.statusListBits(name)),
    ])
    const bytes = facts === null ? undefined : readStatusListBytes(stored)
    const kind = compare(textOf(expected?.facts, expected?.bytes), textOf(facts, bytes))
    if (kind) found.push({ kind, words: `Status list ${name}`, name, item: toPublish('everything') })
  }
  return found
}

const textOf = (facts: string | null | undefined, bytes: Buffer | undefined) =>
  facts && bytes ? `${facts} ${bytes.toString('base64')}` : null

/** The entries of the list as its token is to have them. */
async function revokedOf({ db }: PublishContext, statusListNumber: number): Promise<Buffer> {
  const rows = await db.issuedTrustMark.findMany({
    where: { statusListNumber, revokedAt: { not: null } },
    select: { statusIndex: true },
  })
  const bytes = Buffer.alloc(STATUS_LIST_BYTES)
  for (const { statusIndex: index } of rows) {
    if (index !== null) bytes.writeUInt8(bytes.readUInt8(index >> 3) | (1 << (index & 7)), index >> 3)
  }
  return bytes
}
