/** Gives a new Trust Mark an entry of a status list: one that no other mark has or had, and that says nothing about their order. */
import { randomInt } from 'node:crypto'
import { STATUS_LIST_SIZE } from '#core/status-list.ts'
import { Prisma } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { lock } from '#server/database/lock.ts'
import { readTogether } from '#server/database/together.ts'
import { ConflictError } from '#server/error/operation-error.ts'

export type StatusEntry = { list: number; index: number }

/** The marks of a list have one type and one key, so that the end of either ends all of them at once. */
export type ListOwner = { trustMarkTypeId: number; kid: string }

/** Another mark took the entry between the draw and the write. */
export class EntryTakenError extends ConflictError {
  constructor() {
    super('Another Trust Mark took the same entry of the status list. Try again.')
  }
}

/** Random indexes per draw. If all are taken, the list counts as full: most lists have 3 of 4 entries taken by then. */
const DRAWS = 32
const ATTEMPTS = 5

/** A free entry of the last list. It is taken by the row of the issued mark, in the transaction of the mark. */
export async function drawEntry(db: Database, owner: ListOwner): Promise<StatusEntry> {
  for (;;) {
    const { list, index } = await draw(db, owner)
    if (list !== null && index !== null) return { list, index }
    await beginList(db, owner, list)
  }
}

/** Draws again if another mark took the entry. `attempt` signs a mark and writes it. @throws EntryTakenError */
export async function withEntry<Result>(attempt: () => Promise<Result>): Promise<Result> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof EntryTakenError) || attempts === ATTEMPTS) throw error
    }
  }
}

/** `list`: the last one; null: there is none. `index`: null if the list is full. */
async function draw(db: Database, { trustMarkTypeId, kid }: ListOwner) {
  const drawn = Array.from({ length: DRAWS }, () => randomInt(STATUS_LIST_SIZE))
  const rows = await readTogether<{ list: number | null; index: number | null }>(
    db,
    Prisma.sql`
    SELECT last."list", (
      SELECT drawn."index" FROM unnest(${drawn}::int[]) WITH ORDINALITY AS drawn ("index", "turn")
      WHERE NOT EXISTS (
        SELECT FROM "IssuedTrustMark"
        WHERE "statusListNumber" = last."list" AND "statusIndex" = drawn."index")
      ORDER BY drawn."turn" LIMIT 1) AS "index"
    FROM (
      SELECT max("number") AS "list" FROM "StatusList"
      WHERE "trustMarkTypeId" = ${trustMarkTypeId} AND "kid" = ${kid} AND "keptBits" IS NULL) AS last`,
  )
  return rows[0] ?? { list: null, index: null }
}

/** Only the first of those that found the same list full begins a new one. */
async function beginList(db: Database, owner: ListOwner, last: number | null): Promise<void> {
  await db.$transaction(async (tx) => {
    await lock(tx, `inmor:status_list:${owner.trustMarkTypeId}`)
    const { _max } = await tx.statusList.aggregate({
      where: { ...owner, keptBits: null },
      _max: { number: true },
    })
    if (_max.number === last) await tx.statusList.create({ data: owner })
  })
}
