/** Tests the entries of status lists: unique under concurrent issuers, without order, and from a new list when one is full. */
import { describe, expect, it } from 'vitest'
import { STATUS_LIST_SIZE } from '#core/status-list.ts'
import { recordIssued } from '#server/services/trust-mark/rows.ts'
import { drawEntry, EntryTakenError, withEntry } from '#server/services/trust-mark/status-entry.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { entryOf, statusIn } from '#test/helpers/status-list.ts'
import { trustMarksOf } from '#test/helpers/trust-mark.ts'

const admin = adminInFile()
const { createType, issueOf } = trustMarksOf(() => admin)
const db = () => admin.server.db

const listed = async () => (await createType({ statusList: true })).type

async function issue(type: string, entityId: string): Promise<{ list: number; index: number; jwt: string }> {
  const { mark } = await issueOf(type, { entityId })
  const { idx, uri } = entryOf(mark.jwt)
  return { list: Number(uri.split('/').at(-1)), index: idx, jwt: mark.jwt }
}

const issueMany = (type: string, count: number) =>
  Promise.all(Array.from({ length: count }, () => issue(type, `https://${crypto.randomUUID()}.example.org`)))

/** Takes entries of the list. */
async function fill(list: number, which: 'of odd index' | 'all'): Promise<void> {
  await db().$executeRaw`
    INSERT INTO "IssuedTrustMark" ("hash", "trustMarkId", "kid", "issuedAt", "expiresAt", "statusListNumber", "statusIndex")
    SELECT ${`${list}-`} || n, i."trustMarkId", i."kid", i."issuedAt", i."expiresAt", ${list}, n
    FROM generate_series(0, ${STATUS_LIST_SIZE - 1}) AS n,
      (SELECT * FROM "IssuedTrustMark" WHERE "statusListNumber" = ${list} ORDER BY "hash" LIMIT 1) AS i
    WHERE n % 2 = 1 OR ${which} = 'all'
    ON CONFLICT DO NOTHING`
}

describe('an entry', () => {
  it('has one mark only, also with concurrent issuers', async () => {
    const type = await listed()
    const issued = await issueMany(type, 40)
    expect(new Set(issued.map(({ list }) => list)).size).toBe(1)
    expect(new Set(issued.map(({ index }) => index)).size).toBe(40)
  })

  it('says nothing about the order of the marks', async () => {
    const type = await listed()
    const indexes: number[] = []
    for (let count = 0; count < 12; count++)
      indexes.push((await issue(type, `https://${count}.example.org`)).index)
    const sorted = indexes.toSorted((one, other) => one - other)
    expect(indexes).not.toEqual(sorted)
    expect((sorted.at(-1) ?? 0) - (sorted[0] ?? 0)).toBeGreaterThan(STATUS_LIST_SIZE / 10)
  })

  it('is not in the list of another type', async () => {
    const [one, other] = [await issueMany(await listed(), 2), await issueMany(await listed(), 2)]
    expect(one[0]?.list).not.toBe(other[0]?.list)
  })

  it('is drawn again if another mark takes it before the write', async () => {
    const type = await listed()
    const { list, index } = await issue(type, 'https://first.example.org')
    const { kid, trustMarkId } = await db().issuedTrustMark.findFirstOrThrow({
      where: { statusListNumber: list },
    })
    const at = new Date()
    const entries = [index, index, (index + 1) % STATUS_LIST_SIZE]
    const taken: (number | undefined)[] = []
    await withEntry(async () => {
      const entry = entries.shift()
      taken.push(entry)
      const status = { list, index: entry ?? 0 }
      const signed = { jwt: '', hash: `again-${list}`, kid, issuedAt: at, expiresAt: at, status }
      await db().$transaction((tx) => recordIssued(tx, [{ trustMarkId, signed, revokedAt: null }]))
    })
    expect(taken).toEqual([index, index, (index + 1) % STATUS_LIST_SIZE])
  })

  it('is refused after five draws, and as a conflict', async () => {
    let draws = 0
    const refused = withEntry(async () => {
      draws += 1
      throw new EntryTakenError()
    })
    await expect(refused).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(/Try again\.$/),
    })
    expect(draws).toBe(5)
  })
})

describe('a list', () => {
  let type = ''
  let first: Awaited<ReturnType<typeof issue>>

  it('is used until few entries are free', async () => {
    type = await listed()
    first = await issue(type, 'https://first.example.org')
    await fill(first.list, 'of odd index')
    const { kid, trustMark } = await db().issuedTrustMark.findFirstOrThrow({
      where: { statusListNumber: first.list },
      include: { trustMark: true },
    })
    const owner = { trustMarkTypeId: trustMark.trustMarkTypeId, kid }
    for (let count = 0; count < 50; count++) {
      const drawn = await drawEntry(db(), owner)
      expect(drawn).toMatchObject({ list: first.list })
      expect(drawn.index % 2).toBe(0)
    }
  })

  it('is followed by one new list when it is full, also with concurrent issuers, and stays', async () => {
    await fill(first.list, 'all')
    const issued = await issueMany(type, 20)
    const lists = new Set(issued.map(({ list }) => list))
    expect(lists.size).toBe(1)
    expect(lists).not.toContain(first.list)
    const token = await (await fetch(entryOf(first.jwt).uri)).text()
    expect(statusIn(token, first.jwt)).toBe(0)
  })
})
