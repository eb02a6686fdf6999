/** Tests a PostgreSQL failover during changes: DATABASE_URL names both hosts, and nothing is lost. */
import { afterAll, expect, test, vi } from 'vitest'
import { type Deployment, startDeployment } from '#test/helpers/deployment.ts'
import { startFailoverDatabase } from '#test/helpers/failover-database.ts'
import { patience } from '#test/helpers/patience.ts'
import { findPostgres } from '#test/helpers/postgres.ts'
import { issueMarks, type } from './mark-writer.ts'
import { mutate } from './mutation.ts'

let deployment: Deployment | undefined
afterAll(() => deployment?.close())

test('stores and publishes every acknowledged change when the primary is killed', {
  timeout: 300_000,
  tags: 'fault/postgres-away',
}, async ({ skip }) => {
  const binaries = findPostgres()
  if (!binaries) return skip('the programs of PostgreSQL are not installed here')
  deployment = await startDeployment(
    { admins: 1, workers: 0 },
    { database: () => startFailoverDatabase(binaries) },
  )
  const { admins, database, db, redis } = deployment
  const [first] = admins
  if (!first) throw new Error('there is one')
  await mutate(first.ask, 'createTrustMarkType', { type }, 'id')

  const acknowledged: string[] = []
  const stop = new AbortController()
  const writers = admins.map(({ ask }, at) => issueMarks(ask, `rp-${at}`, acknowledged, stop.signal))
  const more = async () => {
    const before = acknowledged.length
    await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(before + 20), patience)
  }
  await more()
  await database.restart()
  await more()
  stop.abort()
  await Promise.all(writers)

  const rows = await db.trustMark.findMany({ select: { entityId: true } })
  expect(rows.map(({ entityId }) => entityId)).toEqual(expect.arrayContaining(acknowledged))
  await vi.waitFor(async () => {
    const published = new Set(await redis.client.smembers(`inmor:tmtype:${type}`))
    expect(acknowledged.filter((entityId) => !published.has(entityId))).toEqual([])
  }, patience)
  await vi.waitFor(async () => expect(await db.outboxEntry.count()).toBe(0), patience)
})
