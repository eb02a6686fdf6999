/** Tests backup and restore of several anchors, and of one of them. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { schemaOf } from '#prisma/anchor-schema.ts'
import { writeBackup } from '#server/backup/backup.ts'
import { restoreBackup } from '#server/backup/restore.ts'
import { restoreAnchor } from '#server/backup/restore-anchor.ts'
import { connectAnchor } from '#server/database/anchor-client.ts'
import { connectDatabase, createPool, type Database } from '#server/database/client.ts'
import { cliCaller } from '#server/identity/caller.ts'
import { verifyAuditLog } from '#server/services/audit/verification.ts'
import { recordOnly } from '#server/services/write.ts'
import { createAnchorRow } from '#test/helpers/anchor.ts'
import { startMigratedDatabase } from '#test/helpers/database.ts'

const entityId = 'https://ta.example.org'
const [testId, eduId] = [`${entityId}/test`, `${entityId}/edu`]

/** An installation without servers. */
type Store = {
  source: { databaseUrl: string; entityId: string }
  installation: Database
  of(slug: string): Database
  query(statement: string): Promise<unknown[]>
  close(): Promise<void>
}

let store: Store
let directory: string
let [whole, one, first] = ['', '', '']

beforeAll(async () => {
  store = await openStore()
  directory = await mkdtemp(join(tmpdir(), 'inmor-backup-'))
  ;[whole, one, first] = [join(directory, 'whole'), join(directory, 'one'), join(directory, 'first')]
  await createAnchorRow(store.installation, 'test', testId)
  await createAnchorRow(store.installation, 'edu', eduId)
  await store.installation.user.create({ data: { id: 'ada', name: 'Ada', email: 'ada@example.org' } })
  for (const slug of ['main', 'test', 'edu']) await fill(store.of(slug), slug)
  await writeBackup(store.source, whole, null)
  await writeBackup(store.source, one, null, 'test')
  await writeBackup(store.source, first, null, 'main')
})
afterAll(async () => {
  await store.close()
  await rm(directory, { recursive: true })
})

async function openStore(): Promise<Store> {
  const { url, close } = await startMigratedDatabase()
  const pool = createPool(url)
  const installation = connectDatabase(pool)
  return {
    source: { databaseUrl: url, entityId },
    installation,
    of: (slug) => connectAnchor(pool, slug, slug === 'main'),
    query: async (statement) => (await pool.query(statement)).rows,
    async close() {
      await installation.$disconnect()
      await pool.end()
      await close()
    },
  }
}

async function emptyStore(): Promise<Store> {
  const made = await openStore()
  onTestFinished(made.close)
  return made
}

/** The same members and types in each anchor, with the name of the anchor. */
async function fill(db: Database, name: string): Promise<void> {
  await db.settings.update({ where: { id: 1 }, data: { organizationName: name } })
  const at = new Date('2026-01-01T00:00:00Z')
  const times = { entityConfigurationExpiresAt: at, lastCheckedAt: at }
  await db.subordinate.create({
    data: {
      entityId: 'https://rp.example.org',
      ...{ displayName: name, metadata: {}, jwks: {}, entityConfiguration: '', entityTypes: [], ...times },
    },
  })
  const mark = {
    autorenew: true,
    validFor: 1,
    renewalTime: 1,
    jwt: name,
    kid: '',
    issuedAt: at,
    expiresAt: at,
  }
  const marks = { create: { entityId: 'https://rp.example.org', ...mark } }
  await db.trustMarkType.create({ data: { type: 'https://marks.example.org/same', trustMarks: marks } })
  await recordOnly(db, cliCaller('test'), { action: 'registerSubordinate', resource: name })
}

const kept = ['Settings', 'Subordinate', 'TrustMarkType', 'TrustMark', 'Schedule', 'SigningKey']

async function rowsOf({ query }: Store, slug: string): Promise<Record<string, unknown>> {
  const schema = slug === 'main' ? 'public' : schemaOf(slug)
  const entries = kept.map(async (table) => [
    table,
    await query(`SELECT to_json(t)::text AS row FROM "${schema}"."${table}" t ORDER BY 1`),
  ])
  return Object.fromEntries(await Promise.all(entries))
}

const linesOf = async (file: string) =>
  gunzipSync(await readFile(file))
    .toString()
    .trimEnd()
    .split('\n')
const headOf = async (file: string) => JSON.parse((await linesOf(file))[0] ?? '')

/** A file with other lines. */
async function repacked(file: string, change: (lines: string[]) => string[]): Promise<string> {
  const changed = join(directory, 'changed')
  await writeFile(changed, gzipSync(`${change(await linesOf(file)).join('\n')}\n`))
  onTestFinished(() => rm(changed))
  return changed
}

describe('a backup of the installation', () => {
  it('restores every anchor', async () => {
    const target = await emptyStore()
    const { tables } = await restoreBackup(target.source.databaseUrl, whole, null)
    expect(tables).toMatchObject({
      User: 1,
      Anchor: 3,
      Subordinate: 1,
      'test.Subordinate': 1,
      'edu.TrustMark': 1,
    })
    for (const slug of ['main', 'test', 'edu']) {
      expect(await rowsOf(target, slug)).toEqual(await rowsOf(store, slug))
      expect(await target.of(slug).outboxEntry.findMany()).toMatchObject([{ topic: 'everything' }])
    }
    expect(await target.installation.anchor.findMany({ orderBy: { slug: 'asc' } })).toEqual(
      await store.installation.anchor.findMany({ orderBy: { slug: 'asc' } }),
    )
    expect(await verifyAuditLog(target.installation)).toMatchObject({ checked: 3, fault: null })
    const made = await target
      .of('test')
      .trustMarkType.create({ data: { type: 'https://marks.example.org/next' } })
    expect(made.id).toBe(2)
  })

  it('has the form of earlier versions when there is one anchor', async () => {
    const file = join(directory, 'single')
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
    await expect(restoreBackup(target.source.databaseUrl, whole, null)).rejects.toThrow(
      'The database is not empty: Anchor has rows.',
    )
  })

  it('is refused when it has rows of an anchor that its head does not name', async () => {
    const file = await repacked(whole, (lines) =>
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
    const rows = (await linesOf(one)).slice(1, -1).map((line) => JSON.parse(line))
    expect(new Set(rows.map(({ anchor }) => anchor))).toEqual(new Set(['test']))
    const tables = (await linesOf(first)).slice(1, -1).map((line) => JSON.parse(line).table)
    expect(tables).toContain('Subordinate')
    for (const table of ['User', 'Anchor', 'AuditEvent', 'AuditHead']) expect(tables).not.toContain(table)
    expect((await headOf(one)).anchor).toMatchObject({ slug: 'test', entityId: testId })
  })

  it.each([
    ['by slug from its own backup', () => one, 'test'],
    ['by identifier from its own backup', () => one, testId],
    ['from the backup of the installation', () => whole, 'test'],
  ])('is restored %s, beside the others', async (_what, file, name) => {
    const target = await emptyStore()
    await createAnchorRow(target.installation, 'prod', 'https://prod.example.org')
    for (const slug of ['main', 'prod']) await fill(target.of(slug), slug)
    const before = [await rowsOf(target, 'main'), await rowsOf(target, 'prod')]
    const result = await restoreAnchor(target.source, file(), null, name)
    expect(result).toMatchObject({ anchor: 'test', tables: { 'test.Subordinate': 1 } })
    expect(await rowsOf(target, 'test')).toEqual(await rowsOf(store, 'test'))
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
    await restoreAnchor(target.source, one, null, 'test')
    expect(await rowsOf(target, 'test')).toEqual(await rowsOf(store, 'test'))
  })

  it.each([
    ['its own backup', () => first],
    ['the backup of the installation', () => whole],
  ])('is restored from %s as the first anchor', async (_what, file) => {
    const target = await emptyStore()
    await target.installation.user.create({ data: { id: 'bob', name: 'Bob', email: 'bob@example.org' } })
    const { tables } = await restoreAnchor(target.source, file(), null, 'main')
    expect(tables).toMatchObject({ Subordinate: 1 })
    expect(await rowsOf(target, 'main')).toEqual(await rowsOf(store, 'main'))
    expect(await target.installation.user.findMany()).toMatchObject([{ id: 'bob' }])
    const made = await target
      .of('main')
      .trustMarkType.create({ data: { type: 'https://marks.example.org/next' } })
    expect(made.id).toBe(2)
    const left = await target.query(`SELECT nspname FROM pg_namespace WHERE nspname LIKE 'anchor%'`)
    expect(left).toEqual([{ nspname: 'anchor_main' }])
  })
})

type Misfit = {
  what: string
  file: () => string | Promise<string>
  name: string
  prepare?(target: Store): Promise<void>
  sentence: string
}

const misfits: Misfit[] = [
  {
    ...{ what: 'another anchor than that of the backup', file: () => one, name: 'edu' },
    sentence: 'The backup has no anchor edu. It has: test.',
  },
  {
    ...{ what: 'an anchor that the backup of an installation lacks', file: () => whole, name: 'prod' },
    sentence: 'The backup has no anchor prod. It has: main, edu, test.',
  },
  {
    ...{ what: 'an anchor that has data', file: () => one, name: 'test' },
    async prepare(target) {
      await createAnchorRow(target.installation, 'test', testId)
      await fill(target.of('test'), 'here')
    },
    sentence: 'The anchor test is not empty: Subordinate has rows. Restore into an empty anchor.',
  },
  {
    ...{ what: 'the first anchor if it has data', file: () => first, name: 'main' },
    prepare: (target) => fill(target.of('main'), 'here'),
    sentence: 'The anchor main is not empty: Subordinate has rows. Restore into an empty anchor.',
  },
  {
    ...{ what: 'a slug that another anchor has', file: () => one, name: 'test' },
    prepare: (target) => createAnchorRow(target.installation, 'test', 'https://another.example.org'),
    sentence: `The anchor test is https://another.example.org here. The backup has the anchor test, which is ${testId}.`,
  },
  {
    ...{ what: 'an identifier that another anchor has', file: () => one, name: 'test' },
    prepare: (target) => createAnchorRow(target.installation, 'copy', testId),
    sentence: `The anchor copy is ${testId} here. The backup has the anchor test, which is ${testId}.`,
  },
  {
    what: 'a backup of a newer version',
    file: () =>
      repacked(one, ([head = '', ...rest]) => [
        head.replaceAll('"migration":"2026', '"migration":"2999'),
        ...rest,
      ]),
    name: 'test',
    sentence: 'A newer version made this backup (2999',
  },
  {
    what: 'an altered backup',
    file: () => repacked(one, (lines) => lines.filter((_, index) => index !== 2)),
    name: 'test',
    sentence: 'The backup was altered: its rows do not match its end.',
  },
]

it.each(misfits)('refuses $what, and changes nothing', async ({ file, name, prepare, sentence }) => {
  const target = await emptyStore()
  await prepare?.(target)
  const stateOf = async () => ({
    main: await rowsOf(target, 'main'),
    anchors: await target.installation.anchor.findMany(),
    schemas: await target.query(`SELECT nspname FROM pg_namespace WHERE nspname LIKE 'anchor%' ORDER BY 1`),
  })
  const before = await stateOf()
  await expect(restoreAnchor(target.source, await file(), null, name)).rejects.toThrow(sentence)
  expect(await stateOf()).toEqual(before)
})

it('refuses to restore a backup of one anchor as an installation', async () => {
  const target = await emptyStore()
  await expect(restoreBackup(target.source.databaseUrl, one, null)).rejects.toThrow(
    'This is a backup of the anchor test only. Restore it with --anchor test.',
  )
})
