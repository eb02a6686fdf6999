/** Tests several admin servers and workers on one database and one Redis: each item is processed once. */
import { expect, test, vi } from 'vitest'
import { startDeployment } from '#test/helpers/deployment.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { registerMany } from '#test/helpers/many-entities.ts'
import type { Program } from '#test/helpers/program.ts'
import { itemsOf, type SeenProgress, watchRunAt } from '#test/helpers/run.ts'

const ENTITIES = 400
const KILLED_AFTER = 80
const STOPPED_AFTER = 180
const WITHIN = { timeout: 100_000, interval: 50 }

const deployment = inFile(() => startDeployment({ admins: 2, workers: 3 }))
const entities = inFile(() => registerMany(deployment.db, deployment.entityId, ENTITIES))

/** The worker that has the run, other than its previous workers. */
function findWorker(before: readonly Program[] = []): Promise<Program> {
  return vi.waitFor(() => {
    const others = deployment.workers.filter((worker) => !before.includes(worker))
    const busy = others.find((worker) => /a run was taken up/.test(worker.stdout()))
    if (!busy) throw new Error('no other worker has taken the run up yet')
    return busy
  }, WITHIN)
}

test('renews each of many entities once when one worker is killed and one is stopped', {
  timeout: 300_000,
  tags: 'fault/worker-killed',
}, async () => {
  const { admins, apiKey, db, redis } = deployment
  const [first, second] = admins
  if (!first || !second) throw new Error('there are two')
  const { result } = await first.ask<{ result: { run: { id: string } } }>(
    'mutation { result: startRenewal(input: { kind: SUBORDINATES }) { ... on StartRenewalSuccess { run { id } } } }',
  )
  const { id } = result.run
  const here: SeenProgress[] = []
  const watched = [watchRunAt(first.url, apiKey, id, 0, here), watchRunAt(second.url, apiKey, id, 0)]
  const untilFinished = (count: number) =>
    vi.waitFor(() => expect(itemsOf(here).length).toBeGreaterThan(count), WITHIN)
  await untilFinished(KILLED_AFTER)
  const killed = await findWorker()
  killed.kill('SIGKILL')
  expect(await killed.ended).toMatchObject({ signal: 'SIGKILL' })
  await untilFinished(STOPPED_AFTER)
  const stopped = await findWorker([killed])
  stopped.kill('SIGTERM')
  expect(await stopped.ended).toEqual({ code: 0, signal: null })
  expect(itemsOf(here).length).toBeLessThan(ENTITIES)
  await findWorker([killed, stopped])

  const places = Array.from({ length: ENTITIES }, (_, index) => index + 1)
  for (const seen of await Promise.all(watched)) {
    const items = itemsOf(seen)
    expect(items.map(({ sequence }) => sequence)).toEqual(places)
    expect(new Set(items.map(({ resource }) => resource))).toEqual(new Set(entities.ids))
    expect(items.filter(({ ok }) => !ok)).toEqual([])
    const counts = seen.map(({ run }) => run.done)
    expect(counts).toEqual(counts.toSorted((a, b) => a - b))
    expect(seen.at(-1)?.run).toEqual({ state: 'SUCCEEDED', total: ENTITIES, done: ENTITIES, failed: 0 })
  }

  // Each of them changed its name: had one been renewed twice, it would be there, in row or log.
  expect(await db.subordinate.count({ where: { version: 2, displayName: 'Renewed' } })).toBe(ENTITIES)
  expect(await db.auditEvent.count({ where: { action: 'renewSubordinate' } })).toBe(ENTITIES)
  await vi.waitFor(async () => expect(await redis.client.hlen('inmor:subordinates')).toBe(ENTITIES), WITHIN)
})
