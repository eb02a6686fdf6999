/** The database restarts and Redis forgets everything, in the midst of changes: what was acknowledged gets published. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Deployment, startDeployment } from '#test/helpers/deployment.ts'
import { issueMarks, type } from './mark-writer.ts'
import { mutate } from './mutation.ts'

const WRITERS_EACH = 2
const WITHIN = { timeout: 60_000, interval: 50 }

let deployment: Deployment
beforeAll(async () => {
  deployment = await startDeployment({ admins: 2, workers: 0 })
})
afterAll(() => deployment?.close())

test('every acknowledged change is published in the end, by itself', async () => {
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
    await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(before + 20), WITHIN)
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
  }, WITHIN)
  await vi.waitFor(async () => expect(await deployment.db.outboxEntry.count()).toBe(0), WITHIN)
})
