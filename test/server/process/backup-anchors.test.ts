/** Tests backup and restore of several anchors, and of one of them. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeBackup } from '#server/backup/backup.ts'
import { restoreBackup } from '#server/backup/restore.ts'
import { restoreAnchor } from '#server/backup/restore-anchor.ts'
import { verifyAuditLog } from '#server/services/audit/verification.ts'
import { createAnchorRow } from '#test/helpers/anchor.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { headOf, linesOf, makeBackups, repacked, testId } from './anchor-backups.ts'
import { emptyStore, fill, rowsOf } from './backup-store.ts'

const backups = inFile(makeBackups)

describe('a backup of the installation', () => {
  it('restores every anchor', async () => {
    const target = await emptyStore()
    const { tables } = await restoreBackup(target.source.databaseUrl, backups.whole, null)
    expect(tables).toMatchObject({
      User: 1,
      Anchor: 3,
      Subordinate: 1,
      'test.Subordinate': 1,
      'edu.TrustMark': 1,
    })
    for (const slug of ['main', 'test', 'edu']) {
      expect(await rowsOf(target, slug)).toEqual(await rowsOf(backups.store, slug))
      expect(await target.of(slug).outboxEntry.findMany()).toMatchObject([{ topic: 'everything' }])
    }
    expect(await target.installation.anchor.findMany({ orderBy: { slug: 'asc' } })).toEqual(
      await backups.store.installation.anchor.findMany({ orderBy: { slug: 'asc' } }),
    )
    expect(await verifyAuditLog(target.installation)).toMatchObject({ checked: 3, fault: null })
    const made = await target
      .of('test')
      .trustMarkType.create({ data: { type: 'https://marks.example.org/next' } })
    expect(made.id).toBe(2)
  })

  it('has the form of earlier versions when there is one anchor', async () => {
    const file = join(backups.directory, 'single')
    const single = await emptyStore()
    await fill(single.of('main'), 'main')
    await writeBackup(single.source, file, null)
    expect(Object.keys(await headOf(file))).toEqual(['inmorBackup', 'madeAt', 'migration'])
    const members = (await linesOf(file)).slice(1, -1).map((line) => Object.keys(JSON.parse(line)).join())
    expect(new Set(members)).toEqual(new Set(['table,row']))
  })

  it('is refused for a database that has a further anchor', async () => {
    const target = await emptyStore()
    await createAnchorRow(target.installation, 'prod', 'https://prod.example.org')
    await expect(restoreBackup(target.source.databaseUrl, backups.whole, null)).rejects.toThrow(
      'The database is not empty: Anchor has rows.',
    )
  })

  it('is refused when it has rows of an anchor that its head does not name', async () => {
    const file = await repacked(backups.whole, (lines) =>
      lines.map((line) => line.replace('"anchor" : "test"', '"anchor" : "x"')),
    )
    const target = await emptyStore()
    await expect(restoreBackup(target.source.databaseUrl, file, null)).rejects.toThrow(
      'The backup was altered: it has an unknown table "x.',
    )
    expect(await target.query(`SELECT 1 FROM pg_namespace WHERE nspname = 'anchor_test'`)).toEqual([])
  })
})

describe('one anchor', () => {
  it('has no rows of others, and none of the installation', async () => {
    const rows = (await linesOf(backups.one)).slice(1, -1).map((line) => JSON.parse(line))
    expect(new Set(rows.map(({ anchor }) => anchor))).toEqual(new Set(['test']))
    const tables = (await linesOf(backups.first)).slice(1, -1).map((line) => JSON.parse(line).table)
    expect(tables).toContain('Subordinate')
    for (const table of ['User', 'Anchor', 'AuditEvent', 'AuditHead']) expect(tables).not.toContain(table)
    expect((await headOf(backups.one)).anchor).toMatchObject({ slug: 'test', entityId: testId })
  })

  it.each([
    ['by slug from its own backup', () => backups.one, 'test'],
    ['by identifier from its own backup', () => backups.one, testId],
    ['from the backup of the installation', () => backups.whole, 'test'],
  ])('is restored %s, beside the others', async (_what, file, name) => {
    const target = await emptyStore()
    await createAnchorRow(target.installation, 'prod', 'https://prod.example.org')
    for (const slug of ['main', 'prod']) await fill(target.of(slug), slug)
    const before = [await rowsOf(target, 'main'), await rowsOf(target, 'prod')]
    const result = await restoreAnchor(target.source, file(), null, name)
    expect(result).toMatchObject({ anchor: 'test', tables: { 'test.Subordinate': 1 } })
    expect(await rowsOf(target, 'test')).toEqual(await rowsOf(backups.store, 'test'))
    expect([await rowsOf(target, 'main'), await rowsOf(target, 'prod')]).toEqual(before)
    expect(await target.installation.anchor.findUnique({ where: { slug: 'test' } })).toMatchObject({
      entityId: testId,
      migration: expect.stringMatching(/^\d+_/),
    })
    expect(await target.of('test').outboxEntry.findMany()).toMatchObject([{ topic: 'everything' }])
    expect(await target.installation.user.count()).toBe(0)
    expect(await target.installation.auditEvent.count()).toBe(2)
  })

  it('is restored where it exists without data', async () => {
    const target = await emptyStore()
    await createAnchorRow(target.installation, 'test', testId)
    await restoreAnchor(target.source, backups.one, null, 'test')
    expect(await rowsOf(target, 'test')).toEqual(await rowsOf(backups.store, 'test'))
  })

  it('comes without its organizations and their requests, which are restored with the installation', async () => {
    const store = await emptyStore()
    await createAnchorRow(store.installation, 'test', testId)
    const db = store.of('test')
    await fill(db, 'test')
    const { id: organizationId } = await store.installation.organization.create({
      data: { name: 'Lund', homeSlug: 'test' },
    })
    await store.installation.organizationAnchor.create({ data: { organizationId, anchorSlug: 'test' } })
    await store.installation.user.create({ data: { id: 'ada', name: 'Ada', email: 'ada@example.org' } })
    await store.installation.organizationUser.create({ data: { organizationId, userId: 'ada' } })
    const { id: assigneeId } = await store.installation.user.create({
      data: { id: 'olga', name: 'Olga', email: 'olga@example.org' },
    })
    await db.subordinate.updateMany({ data: { organizationId } })
    const steps = { create: { action: 'SUBMITTED', actor: 'ada', byMember: true } }
    await db.request.create({
      data: { kind: 'WITHDRAW', entityId: testId, submittedBy: 'ada', organizationId, assigneeId, steps },
    })
    const [one, whole] = [join(backups.directory, 'organized'), join(backups.directory, 'organized-whole')]
    await writeBackup(store.source, one, null, 'test')
    await writeBackup(store.source, whole, null)

    const alone = await emptyStore()
    await restoreAnchor(alone.source, one, null, 'test')
    expect(await alone.of('test').subordinate.findMany()).toMatchObject([{ organizationId: null }])
    expect(await alone.of('test').request.count()).toBe(0)

    const all = await emptyStore()
    await restoreBackup(all.source.databaseUrl, whole, null)
    expect(await all.of('test').subordinate.findMany()).toMatchObject([{ organizationId }])
    expect(await all.of('test').request.findMany({ include: { steps: true } })).toMatchObject([
      { organizationId, assigneeId, steps: [{ actor: 'ada' }] },
    ])
    await all.installation.user.delete({ where: { id: assigneeId } })
    expect(await all.of('test').request.findMany()).toMatchObject([{ organizationId, assigneeId: null }])
    expect(await all.installation.organizationUser.findMany()).toMatchObject([{ userId: 'ada' }])
  })

  it.each([
    ['its own backup', () => backups.first],
    ['the backup of the installation', () => backups.whole],
  ])('is restored from %s as the first anchor', async (_what, file) => {
    const target = await emptyStore()
    await target.installation.user.create({ data: { id: 'bob', name: 'Bob', email: 'bob@example.org' } })
    const { tables } = await restoreAnchor(target.source, file(), null, 'main')
    expect(tables).toMatchObject({ Subordinate: 1 })
    expect(await rowsOf(target, 'main')).toEqual(await rowsOf(backups.store, 'main'))
    expect(await target.installation.user.findMany()).toMatchObject([{ id: 'bob' }])
    const made = await target
      .of('main')
      .trustMarkType.create({ data: { type: 'https://marks.example.org/next' } })
    expect(made.id).toBe(2)
    const left = await target.query(`SELECT nspname FROM pg_namespace WHERE nspname LIKE 'anchor%'`)
    expect(left).toEqual([{ nspname: 'anchor_main' }])
  })
})
