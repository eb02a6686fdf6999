/** Tests the chain of the audit log: it has no forks, and verification detects tampering. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { connectDatabase } from '#server/database/client.ts'
import { cliCaller } from '#server/identity/caller.ts'
import { runWithOrigin } from '#server/identity/origin.ts'
import { appendAuditEntries } from '#server/services/audit/append.ts'
import { applyAuditRetention, pruneAuditEvents } from '#server/services/audit/retention.ts'
import { verifyAuditLog } from '#server/services/audit/verification.ts'
import { recordOnly } from '#server/services/write.ts'
import { startMigratedDatabase } from '#test/helpers/database.ts'
import { inFile } from '#test/helpers/in-file.ts'

const ZEROS = '0'.repeat(64)

const database = inFile(startMigratedDatabase)
const db = inFile(() => connectDatabase(database.url))
afterAll(() => db.$disconnect())
beforeEach(async () => {
  const head = `INSERT INTO "AuditHead" ("hash", "prunedHash") VALUES ('${ZEROS}', '${ZEROS}')`
  await byForce('TRUNCATE "AuditEvent", "AuditHead"', head)
})

const caller = cliCaller('test')
const write = (resource: string) =>
  recordOnly(db, caller, { action: 'updateUser', resource, after: { resource } })

async function writeEach(...resources: string[]): Promise<void> {
  for (const resource of resources) await write(resource)
}

const idOf = async (resource: string) => (await db.auditEvent.findFirstOrThrow({ where: { resource } })).id

const rules = [
  ['AuditEvent', 'AuditEvent_no_update'],
  ['AuditEvent', 'AuditEvent_no_delete'],
  ['AuditHead', 'AuditHead_no_delete'],
  ['AuditHead', 'AuditHead_no_return'],
]

/** The owner of the tables can bypass the rules. */
async function byForce(...statements: string[]): Promise<void> {
  const switchRules = (how: string) =>
    rules.map(([table, rule]) => `ALTER TABLE "${table}" ${how} RULE "${rule}"`)
  for (const statement of [...switchRules('DISABLE'), ...statements, ...switchRules('ENABLE')])
    await db.$executeRawUnsafe(statement)
}

it('has no forks when many transactions write simultaneously', async () => {
  const resources = Array.from({ length: 12 }, (_, index) => `user${index}`)
  await Promise.all(resources.map(write))
  expect(await verifyAuditLog(db)).toMatchObject({ checked: 12, pruned: 0, fault: null })
})

it('drops an entry whose transaction failed', async () => {
  await write('anna')
  const failing = db.$transaction(async (tx) => {
    await appendAuditEntries(tx, [
      { caller, entry: { action: 'updateUser', resource: 'ben' }, runId: undefined },
    ])
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  await write('cora')
  expect(await verifyAuditLog(db)).toMatchObject({ checked: 2, fault: null })
})

it('cannot be changed by ordinary statements', async () => {
  await writeEach('anna', 'ben')
  const state = async () => [await db.auditEvent.findMany(), await db.auditHead.findMany()]
  const before = await state()
  await db.$executeRaw`UPDATE "AuditEvent" SET "actor" = 'nobody'`
  await db.$executeRaw`DELETE FROM "AuditEvent"`
  await db.$executeRaw`DELETE FROM "AuditHead"`
  await db.$executeRaw`UPDATE "AuditHead" SET "count" = 1, "lastId" = 1`
  await db.$executeRaw`UPDATE "AuditHead" SET "prunedId" = 1000`
  expect(await state()).toEqual(before)
})

describe('verification detects', () => {
  beforeEach(() => writeEach('anna', 'ben', 'cora', 'dora'))

  it('an altered entry', async () => {
    const id = await idOf('ben')
    await byForce(`UPDATE "AuditEvent" SET "actor" = 'nobody' WHERE "id" = ${id}`)
    expect(await verifyAuditLog(db)).toMatchObject({
      checked: 1,
      fault: expect.stringMatching(`Entry ${id} was changed`),
    })
  })

  it('a falsified outcome', async () => {
    await recordOnly(db, caller, {
      action: 'updateUser',
      resource: 'emil',
      outcome: 'REFUSED',
      reason: 'no',
    })
    const id = await idOf('emil')
    await byForce(`UPDATE "AuditEvent" SET "outcome" = 'SUCCEEDED', "reason" = NULL WHERE "id" = ${id}`)
    expect((await verifyAuditLog(db)).fault).toMatch(`Entry ${id} was changed`)
  })

  it.each([
    ['"runId" = 7', 'of an entry that no run made'],
    ['"part" = true', 'of an entry that stands for itself'],
  ])('a changed run: %s %s', async (assignment) => {
    const id = await idOf('ben')
    await byForce(`UPDATE "AuditEvent" SET ${assignment} WHERE "id" = ${id}`)
    expect((await verifyAuditLog(db)).fault).toMatch(`Entry ${id} was changed`)
  })

  it('another run of an entry that one made', async () => {
    await runWithOrigin({ runId: 7 }, () => write('emil'))
    expect((await verifyAuditLog(db)).fault).toBeNull()
    const id = await idOf('emil')
    await byForce(`UPDATE "AuditEvent" SET "runId" = NULL, "part" = false WHERE "id" = ${id}`)
    expect((await verifyAuditLog(db)).fault).toMatch(`Entry ${id} was changed`)
  })

  it('a head that was moved as if retention had deleted entries', async () => {
    const id = await idOf('ben')
    const { hash } = await db.auditEvent.findUniqueOrThrow({ where: { id } })
    await byForce(
      `DELETE FROM "AuditEvent" WHERE "id" <= ${id}`,
      `UPDATE "AuditHead" SET "prunedId" = ${id}, "prunedHash" = '${hash}', "prunedCount" = 2`,
    )
    expect((await verifyAuditLog(db)).fault).toMatch('no entry says that retention deleted them')
  })

  it('a head that was moved beyond what retention had deleted', async () => {
    await pruneAuditEvents(db, new Date(Date.now() + 60_000), caller)
    expect((await verifyAuditLog(db)).fault).toBeNull()
    await writeEach('emil', 'fritz')
    const entry = await db.auditEvent.findFirstOrThrow({ orderBy: { id: 'asc' } })
    await byForce(
      `DELETE FROM "AuditEvent" WHERE "id" <= ${entry.id}`,
      `UPDATE "AuditHead" SET "prunedId" = ${entry.id}, "prunedHash" = '${entry.hash}', "prunedCount" = "prunedCount" + 1`,
    )
    expect((await verifyAuditLog(db)).fault).toMatch('no entry says that retention deleted them')
  })

  it('an entry removed from the middle', async () => {
    const [removed, next] = [await idOf('ben'), await idOf('cora')]
    await byForce(`DELETE FROM "AuditEvent" WHERE "id" = ${removed}`)
    expect((await verifyAuditLog(db)).fault).toMatch(`Entry ${next} does not follow entry`)
  })

  it('removed newest entries', async () => {
    await byForce(`DELETE FROM "AuditEvent" WHERE "id" >= ${await idOf('cora')}`)
    expect(await verifyAuditLog(db)).toMatchObject({
      checked: 2,
      fault: expect.stringMatching('The newest entries are missing: 2 of 4'),
    })
  })

  it('an entry added at the end', async () => {
    const hash = 'f'.repeat(64)
    const event = {
      at: new Date(),
      actor: 'x',
      method: 'cli',
      action: 'x',
      resourceType: 'User',
      resource: 'x',
    }
    const { id } = await db.auditEvent.create({ data: { ...event, previousHash: hash, hash } })
    expect((await verifyAuditLog(db)).fault).toMatch(`Entry ${id} was inserted`)
    await write('emil')
    expect((await verifyAuditLog(db)).fault).toMatch(`Entry ${id} does not follow entry`)
  })

  it('a truncated log, with or without its head', async () => {
    await db.$executeRaw`TRUNCATE "AuditEvent"`
    expect((await verifyAuditLog(db)).fault).toMatch('The newest entries are missing: 4 of 4')
    await db.$executeRaw`TRUNCATE "AuditHead"`
    expect((await verifyAuditLog(db)).fault).toMatch('the log was emptied or replaced')
    await expect(write('emil')).rejects.toThrow('inmor audit verify')
  })
})

describe('retention', () => {
  const LATER = new Date(Date.now() + 60_000)

  it('removes the oldest entries, and the rest can be verified', async () => {
    await writeEach('anna', 'ben', 'cora')
    const { at } = await db.auditEvent.findFirstOrThrow({ where: { resource: 'cora' } })
    const removed = await pruneAuditEvents(db, at, caller)
    const kept = await db.auditEvent.findMany({ orderBy: { id: 'asc' } })
    expect(removed + kept.length).toBe(4)
    expect(kept.at(-1)).toMatchObject({ action: 'pruneAuditLog', after: { removed } })
    await write('dora')
    expect(await verifyAuditLog(db)).toMatchObject({ checked: kept.length + 1, pruned: removed, fault: null })
  })

  it('continues after an interruption, and keeps the rest', async () => {
    await writeEach('anna', 'ben', 'cora')
    const { id, hash } = await db.auditEvent.findFirstOrThrow({ where: { resource: 'ben' } })
    await db.$executeRaw`UPDATE "AuditHead" SET "prunedId" = ${id}, "prunedHash" = ${hash}, "prunedCount" = 2`
    const said = { before: { lastEntry: id, hash }, after: { removed: 2, total: 2 } }
    await recordOnly(db, caller, { action: 'pruneAuditLog', resource: 'before now', ...said })
    expect(await verifyAuditLog(db)).toMatchObject({ checked: 2, pruned: 2, fault: null })
    await db.$executeRaw`DELETE FROM "AuditEvent" WHERE "resource" = 'cora'`
    expect(await pruneAuditEvents(db, new Date(0), caller)).toBe(0)
    expect((await db.auditEvent.findMany()).map(({ resource }) => resource)).toEqual(['cora', 'before now'])
  })

  it('detects when more entries were removed than it recorded', async () => {
    await writeEach('anna', 'ben', 'cora')
    await pruneAuditEvents(db, LATER, caller)
    await writeEach('dora', 'emil')
    await byForce(`DELETE FROM "AuditEvent" WHERE "resource" = 'dora'`)
    expect((await verifyAuditLog(db)).fault).toMatch('does not follow')
  })

  it('follows the setting', async () => {
    await writeEach('anna', 'ben')
    expect(await applyAuditRetention(db, LATER)).toBe(0)
    await db.settings.update({ where: { id: 1 }, data: { auditRetentionDays: 30 } })
    expect(await applyAuditRetention(db, new Date(Date.now() + 29 * 86_400_000))).toBe(0)
    expect(await applyAuditRetention(db, new Date(Date.now() + 31 * 86_400_000))).toBe(2)
  })
})
