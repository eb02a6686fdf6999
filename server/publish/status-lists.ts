/** Publishes the entries of issued Trust Marks in their status lists: a bit is set for each revoked one, and stays set. */
import type { ChainableCommander, Redis } from 'ioredis'
import { STATUS_LIST_BYTES } from '#core/status-list.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import type { KeepContext } from '#server/publish/history/keep.ts'
import { keepStatusList } from '#server/publish/history/published.ts'
import type { PublishedIssue, PublishedKeys } from '#server/publish/write.ts'
import { formatListFacts, readStatusListBytes, type StatusListFacts } from '#store/status-list.ts'

type Found = { facts: StatusListFacts; revoked: number[] }

/**
 * Keeps the changed lists, and returns what queues the commands; the publisher is the only writer in between. A list that Redis does not have, because it
 * is new or was lost, is read from the database: with the bits of these JWTs alone, the others of it that are revoked would
 * look valid.
 */
export async function prepareStatusLists(
  { db, redis, now }: KeepContext & { redis: Redis },
  keys: PublishedKeys,
  issued: readonly PublishedIssue[],
): Promise<(to: ChainableCommander) => void> {
  const lists = new Map<number, Found>()
  for (const { entry, revokedAt } of issued) {
    if (!entry) continue
    const found = lists.get(entry.list) ?? { facts: entry.facts, revoked: [] }
    if (revokedAt !== null) found.revoked.push(entry.index)
    lists.set(entry.list, found)
  }
  const changed = await Promise.all(
    [...lists].map(async ([list, { facts, revoked }]) => {
      const stored = readStatusListBytes(await redis.getBuffer(keys.statusListBits(String(list))))
      const bytes = stored ? withRevoked(stored, revoked) : await readRevoked(db, list)
      if (stored?.equals(bytes)) return { list, facts }
      const kept = await keepStatusList({ db, now }, { list, type: facts.trust_mark_type, bytes })
      return { list, facts, kept }
    }),
  )
  return (to) => {
    for (const { list, facts, kept } of changed) {
      to.hset(keys.statusLists, list, formatListFacts(facts))
      if (kept) to.set(keys.statusListBits(String(list)), kept)
    }
  }
}

/** What `prepareStatusLists` takes for the lists that have revoked marks which the database lacks. */
export async function lostIssues(db: Database): Promise<PublishedIssue[]> {
  const lists = await db.statusList.findMany({
    where: { keptBits: { not: null } },
    select: { number: true, kid: true, trustMarkType: { select: { type: true } } },
  })
  return lists.map(({ number: list, kid, trustMarkType: { type: trust_mark_type } }) => {
    return { hash: '', revokedAt: null, entry: { list, index: 0, facts: { trust_mark_type, kid } } }
  })
}

/** The list in the database, as its token has it before compression. */
export async function readRevoked(db: Database | Transaction, statusListNumber: number): Promise<Buffer> {
  const [rows, list] = await Promise.all([
    db.issuedTrustMark.findMany({
      where: { statusListNumber, revokedAt: { not: null } },
      select: { statusIndex: true },
    }),
    db.statusList.findUnique({ where: { number: statusListNumber }, select: { keptBits: true } }),
  ])
  const revoked = rows.flatMap(({ statusIndex }) => statusIndex ?? [])
  const bytes = Buffer.alloc(STATUS_LIST_BYTES)
  if (list?.keptBits) bytes.set(list.keptBits.subarray(0, STATUS_LIST_BYTES))
  return withRevoked(bytes, revoked)
}

/** A copy with further bits. The lowest bit of a byte has the lowest index. */
function withRevoked(list: Buffer, indexes: readonly number[]): Buffer {
  const bytes = Buffer.from(list)
  for (const index of indexes) {
    bytes.writeUInt8(bytes.readUInt8(index >> 3) | (1 << (index & 7)), index >> 3)
  }
  return bytes
}
