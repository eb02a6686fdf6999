/** Tests a database restart and an emptied Redis during changes: acknowledged changes are published. */
import pg from 'pg'
import { expect, test, vi } from 'vitest'
import { startDeployment } from '#test/helpers/deployment.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { patience } from '#test/helpers/patience.ts'
import { findPostgres } from '#test/helpers/postgres.ts'
import { issueMarks, type } from './mark-writer.ts'
import { mutate } from './mutation.ts'

const WRITERS_EACH = 2

const deployment = inFile(() => startDeployment({ admins: 2, workers: 0 }))

test('publishes every acknowledged change automatically', {
  tags: ['fault/redis-emptied', 'fault/postgres-away'],
}, async () => {
  const { admins, database, redis } = deployment
  const [first] = admins
  if (!first) throw new Error('there are two')
  await mutate(first.ask, 'createTrustMarkType', { type }, 'id')

  const acknowledged: string[] = []
  const stop = new AbortController()
  const writers = admins.flatMap(({ ask }, admin) =>
    Array.from({ length: WRITERS_EACH }, (_, writer) =>
      issueMarks(ask, `rp-${admin}-${writer}`, acknowledged, stop.signal),
    ),
  )
  const more = async () => {
    const before = acknowledged.length
    await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(before + 20), patience)
  }
  await more()
  await redis.client.flushall()
  await more()
  await database.restart()
  await more()
  await redis.client.flushall()
  await more()
  stop.abort()
  await Promise.all(writers)

  const holders = () => redis.client.smembers(`inmor:tmtype:${type}`)
  await vi.waitFor(async () => {
    const published = new Set(await holders())
    expect(acknowledged.filter((entityId) => !published.has(entityId))).toEqual([])
    expect(await redis.client.exists('inmor:entity_id')).toBe(1)
  }, patience)
  await vi.waitFor(async () => expect(await deployment.db.outboxEntry.count()).toBe(0), patience)
})

test('rolls back a write whose connection breaks', {
  tags: 'fault/connection-cut',
}, async ({ skip }) => {
  skip(!findPostgres(), 'the embedded database has one session for all connections')
  const { admins, db, database } = deployment
  const [admin] = admins
  if (!admin) throw new Error('there are two')
  const other = 'https://ta.example/marks/other'
  const countAll = () =>
    Promise.all([db.trustMarkType.count(), db.auditEvent.count(), db.outboxEntry.count()])
  const before = await countAll()

  // A lock on the head of the audit log blocks every write just before its commit.
  const blocker = new pg.Client(database.url)
  await blocker.connect()
  await blocker.query('BEGIN')
  await blocker.query('SELECT 1 FROM "AuditHead" FOR UPDATE')
  const write = mutate(admin.ask, 'createTrustMarkType', { type: other }, 'id').then(
    () => 'acknowledged',
    () => 'refused',
  )
  const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE pg_blocking_pids(pid) @> ARRAY[pg_backend_pid()]`
  await vi.waitFor(async () => expect((await blocker.query(cut)).rowCount).toBe(1), patience)
  await blocker.query('ROLLBACK')
  await blocker.end()
  expect(await write).toBe('refused')
  expect(await countAll()).toEqual(before)
  expect(await mutate(admin.ask, 'createTrustMarkType', { type: other }, 'type')).toEqual({ type: other })
})
