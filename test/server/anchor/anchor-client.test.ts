/** The client of one anchor reaches the tables of that anchor only, in every kind of query. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAnchorTables, dropAnchorTables } from '#prisma/anchor-schema.ts'
import { Prisma } from '#prisma/generated/client/client.ts'
import { migrationNames } from '#prisma/migrate.ts'
import { connectAnchor } from '#server/database/anchor-client.ts'
import { connectDatabase, createPool, type Database } from '#server/database/client.ts'
import { cliCaller } from '#server/identity/caller.ts'
import { verifyAuditLog } from '#server/services/audit/verification.ts'
import { recordOnly } from '#server/services/write.ts'
import { startMigratedDatabase } from '#test/helpers/database.ts'
import { inFile } from '#test/helpers/in-file.ts'

let pool: ReturnType<typeof createPool>
let installation: Database

const database = inFile(startMigratedDatabase)
beforeAll(async () => {
  pool = createPool(database.url)
  installation = connectDatabase(pool)
  await installation.$transaction(async (tx) => {
    const run = (sql: string) => tx.$executeRawUnsafe(sql)
    await createAnchorTables(run, 'test-2', await migrationNames())
  })
})
const first = inFile(() => connectAnchor(pool, 'main', true))
const other = inFile(() => connectAnchor(pool, 'test-2', false))

afterAll(async () => {
  await first?.$disconnect()
  await other?.$disconnect()
  await installation?.$disconnect()
  await pool?.end()
})

const type = (name: string) => ({ type: `https://marks.example.org/${name}` })
const mark = {
  entityId: 'https://rp.example.org',
  autorenew: true,
  validFor: 1,
  renewalTime: 1,
  jwt: '',
  kid: '',
  issuedAt: new Date(),
  expiresAt: new Date(),
}

describe('two anchors', () => {
  it('have rows of the same names and numbers, each its own', async () => {
    for (const [db, name] of [
      [first, 'first'],
      [other, 'other'],
    ] as const) {
      await db.trustMarkType.create({
        data: { ...type('same'), description: name, trustMarks: { create: mark } },
      })
      await db.settings.update({ where: { id: 1 }, data: { organizationName: name } })
    }
    for (const [db, name] of [
      [first, 'first'],
      [other, 'other'],
    ] as const) {
      const found = await db.trustMarkType.findMany({
        where: { trustMarks: { some: { entityId: mark.entityId } } },
        include: { trustMarks: true, _count: { select: { trustMarks: true } } },
      })
      expect(found).toMatchObject([{ id: 1, description: name, _count: { trustMarks: 1 } }])
      expect((await db.settings.findUniqueOrThrow({ where: { id: 1 } })).organizationName).toBe(name)
      expect(await db.$queryRaw(Prisma.sql`SELECT "description" FROM "TrustMarkType"`)).toEqual([
        { description: name },
      ])
    }
  })

  it('keep what the other changes, upserts and deletes, also in raw SQL and in transactions', async () => {
    await other.trustMarkType.updateMany({ data: { description: 'changed' } })
    await other.trustMarkType.upsert({
      where: type('same'),
      create: type('same'),
      update: { validFor: 5 },
    })
    await other.$executeRaw`UPDATE "TrustMarkType" SET "renewalTime" = 7`
    await other.$transaction(async (tx) => {
      await tx.$executeRaw`DELETE FROM "public"."TrustMark"`
      await tx.trustMarkType.deleteMany()
    })
    expect(await other.trustMarkType.count()).toBe(0)
    expect(await first.trustMarkType.findMany({ include: { trustMarks: true } })).toMatchObject([
      { description: 'first', validFor: 8760, renewalTime: 48, trustMarks: [{ entityId: mark.entityId }] },
    ])
  })

  it('name the model of a violated rule', async () => {
    await other.trustMarkType.create({ data: type('unique') })
    await expect(other.trustMarkType.create({ data: type('unique') })).rejects.toMatchObject({
      code: 'P2002',
      meta: { modelName: 'TrustMarkType' },
    })
    await expect(first.trustMarkType.create({ data: type('unique') })).resolves.toBeTruthy()
  })

  it('write search text with a trigger of their own', async () => {
    await other.$executeRaw`
      INSERT INTO "Subordinate" ("entityId", "metadata", "jwks", "entityConfiguration", "entityConfigurationExpiresAt", "lastCheckedAt")
      VALUES ('https://RP.example.org', '{}', '{}', '', now(), now())`
    expect(await other.subordinate.findMany({ select: { searchText: true } })).toEqual([
      { searchText: 'https://rp.example.org ' },
    ])
    expect(await first.subordinate.count()).toBe(0)
  })
})

describe('the audit log', () => {
  const entry = (resource: string) => ({ action: 'signIn' as const, resource })

  it('is one chain, in which each anchor sees its own entries', async () => {
    const caller = cliCaller('test')
    await recordOnly(installation, caller, entry('installation'))
    await recordOnly(first, caller, entry('first'))
    await recordOnly(other, caller, entry('other'))
    const seen = async (db: Database) =>
      (await db.auditEvent.findMany({ orderBy: { id: 'asc' } })).map(({ anchor, resource }) => [
        anchor,
        resource,
      ])
    expect(await seen(other)).toEqual([['test-2', 'other']])
    expect(await seen(first)).toEqual([
      [null, 'installation'],
      [null, 'first'],
    ])
    expect(await seen(installation)).toHaveLength(3)
    expect(await verifyAuditLog(installation)).toMatchObject({ checked: 3, fault: null })
  })

  it('covers the anchor by the hash', async () => {
    await installation.$executeRaw`ALTER TABLE "AuditEvent" DISABLE RULE "AuditEvent_no_update"`
    await installation.$executeRaw`UPDATE "AuditEvent" SET "anchor" = NULL WHERE "resource" = 'other'`
    expect((await verifyAuditLog(installation)).fault).toContain('was changed')
  })
})

it('leaves nothing behind when its tables are dropped', async () => {
  await dropAnchorTables((sql) => installation.$executeRawUnsafe(sql), 'test-2')
  expect(await first.trustMarkType.count()).toBe(2)
  await expect(other.trustMarkType.count()).rejects.toMatchObject({ code: 'P2021' })
})
