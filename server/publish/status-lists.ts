/** Publishes the entries of issued Trust Marks in their status lists: a bit is set for each revoked one, and stays set. */
import type { ChainableCommander, Redis } from 'ioredis'
import { STATUS_LIST_BYTES } from '#core/status-list.ts'
import type { Database } from '#server/database/client.ts'
import type { PublishedIssue, PublishedKeys } from '#server/publish/write.ts'
import {
  bitOf,
  formatListFacts,
  formatStatusListBytes,
  isComplete,
  type StatusListFacts,
} from '#store/status-list-record.ts'

/**
 * Returns what queues the commands. A list that Redis does not have, because it is new or was lost, is written whole: with
 * the bits of these JWTs alone, the others of it that are revoked would look valid.
 */
export async function prepareStatusLists(
  { db, redis }: { db: Database; redis: Redis },
  keys: PublishedKeys,
  issued: readonly PublishedIssue[],
): Promise<(to: ChainableCommander) => void> {
  const lists = new Map<number, StatusListFacts>()
  for (const { entry } of issued) if (entry) lists.set(entry.list, entry.facts)
  const whole = new Map<number, Buffer>()
  const numbers = [...lists.keys()]
  const lengths = await Promise.all(numbers.map((list) => redis.strlen(keys.statusListBits(String(list)))))
  for (const [at, list] of numbers.entries())
    if (!isComplete(lengths[at] ?? 0)) whole.set(list, await readRevoked(db, list))
  return (to) => {
    for (const [list, facts] of lists) to.hset(keys.statusLists, list, formatListFacts(facts))
    for (const [list, bytes] of whole) to.set(keys.statusListBits(String(list)), formatStatusListBytes(bytes))
    for (const { entry, revokedAt } of issued) {
      if (!entry || revokedAt === null || whole.has(entry.list)) continue
      to.setbit(keys.statusListBits(String(entry.list)), bitOf(entry.index), 1)
    }
  }
}

/** The list as its token has it before compression. */
export async function readRevoked(db: Database, statusListNumber: number): Promise<Buffer> {
  const revoked = await db.issuedTrustMark.findMany({
    where: { statusListNumber, revokedAt: { not: null } },
    select: { statusIndex: true },
  })
  const bytes = Buffer.alloc(STATUS_LIST_BYTES)
  for (const { statusIndex: index } of revoked) {
    if (index !== null) bytes.writeUInt8(bytes.readUInt8(index >> 3) | (1 << (index & 7)), index >> 3)
  }
  return bytes
}
