/** Tests that queries of one moment are one statement, and that one that fails leaves the others. */
import pg from 'pg'
import { beforeEach, expect, it, vi } from 'vitest'
import { Prisma } from '#prisma/generated/client/client.ts'
import { connectDatabase, createPool } from '#server/database/client.ts'
import { countTogether, readOneTogether, readTogether } from '#server/database/together.ts'
import { startMigratedDatabase } from '#test/helpers/database.ts'
import { inFile } from '#test/helpers/in-file.ts'

const place = inFile(async () => {
  const database = await startMigratedDatabase()
  const pool = createPool(database.url)
  const db = connectDatabase(pool)
  const close = async () => {
    await db.$disconnect()
    await pool.end()
    await database.close()
  }
  return { db, pool, close }
})
const asked = vi.spyOn(pg.Pool.prototype, 'query')
beforeEach(() => void asked.mockClear())

type Found = { at: Date | null; text: string; list: number[] }
const moment = (at: Date) =>
  Prisma.sql`SELECT ${at}::timestamp AS "at", '2026-01-01T00:00:00' AS "text", ARRAY[1, 2] AS "list"`

it('asks once, with times to the millisecond and without those that are not named', async () => {
  const [first, second] = [new Date(1_700_000_000_123), new Date(1_700_000_000_456)]
  const read = (at: Date) => readOneTogether<Found>(place.db, moment(at), ['at'])
  const found = await Promise.all([read(first), read(second), read(first)])
  expect(found.map(({ at }) => at)).toEqual([first, second, first])
  expect(found[0]).toMatchObject({ text: '2026-01-01T00:00:00', list: [1, 2] })
  // Test files share a process, so only this client counts.
  expect(asked.mock.contexts.filter((pool) => pool === place.pool)).toHaveLength(1)
})

it('keeps the order of rows, absent times and no rows', async () => {
  const rows = Prisma.sql`SELECT n, NULL::timestamp AS "at" FROM generate_series(1, 3) AS n ORDER BY n DESC`
  const none = Prisma.sql`SELECT "entityId" FROM "Subordinate"`
  const [found, empty, count] = await Promise.all([
    readTogether<{ n: number; at: Date | null }>(place.db, rows, ['at']),
    readTogether(place.db, none),
    countTogether(place.db, Prisma.sql`"Subordinate"`),
  ])
  expect(found).toEqual([3, 2, 1].map((n) => ({ n, at: null })))
  expect([empty, count]).toEqual([[], 0])
})

it('leaves the others when one fails', async () => {
  const [found, failed] = await Promise.allSettled([
    countTogether(place.db, Prisma.sql`"Settings"`),
    countTogether(place.db, Prisma.sql`"NoSuchTable"`),
  ])
  expect(found).toEqual({ status: 'fulfilled', value: 1 })
  expect(failed).toMatchObject({
    status: 'rejected',
    reason: { message: expect.stringContaining('NoSuchTable') },
  })
})
