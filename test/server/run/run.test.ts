/** Tests runs: one at a time per kind, progress, cancellation, retries and takeover. */
import { beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { createLedger, takeOverRun } from '#server/jobs/run-ledger.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingParty, startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { standIn } from '#test/helpers/in-file.ts'
import { patience } from '#test/helpers/patience.ts'
import { itemsOf, startRun, tryToStart, watchRun } from '#test/helpers/run.ts'
import { memberInFile, register } from '#test/helpers/subordinate.ts'
import { subscribe } from '#test/helpers/subscription.ts'

const admin = adminInFile()
const db = standIn(() => admin.server.db)
const entities = Array.from({ length: 5 }, () => memberInFile(admin))
beforeAll(async () => {
  for (const entity of entities) await register(admin, entity)
})

const firstEntity = () => entities[0] as TestEntity // there are five
const auditActions = async (resource: string) => {
  const where = { resourceType: 'Run', resource: numberOf(resource) }
  const entries = await db.auditEvent.findMany({ where, orderBy: { id: 'asc' } })
  return entries.map(({ actor, action }) => `${actor} ${action}`)
}
const numberOf = (id: string) => String(Buffer.from(id, 'base64')).split(':').at(-1) ?? ''

it('renews every subordinate, of which one fails, and streams progress to the end', {
  tags: 'mutation/startRenewal/success',
}, async () => {
  firstEntity().misbehave('not found')
  const id = await startRun(admin, 'startRenewal(input: { kind: SUBORDINATES })')
  const seen = await watchRun(admin, id)
  firstEntity().misbehave(undefined)
  expect(seen.at(-1)?.run).toEqual({ state: 'SUCCEEDED', total: 5, done: 4, failed: 1 })
  const items = itemsOf(seen)
  expect(items.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5])
  expect(new Set(items.map(({ resource }) => resource))).toEqual(new Set(entities.map(({ id }) => id)))
  const document = `query ($id: ID!) { run(id: $id) { attempts current
    items(failed: true) { totalCount edges { node { resource message attempts } } } } }`
  const { attempts, current, items: failed } = (await admin.execute(document, { id })).data.run
  expect({ attempts, current, count: failed.totalCount }).toEqual({ attempts: 1, current: null, count: 1 })
  expect(failed.edges[0].node).toEqual({
    resource: firstEntity().id,
    message: expect.stringContaining('404'),
    attempts: 1,
  })
  expect(await auditActions(id)).toEqual(['admin startRenewal'])
})

it('streams only finished items to a late or returning subscriber', async () => {
  const id = await startRun(admin, 'startRenewal(input: { kind: SUBORDINATES })')
  const whole = itemsOf(await watchRun(admin, id))
  expect(itemsOf(await watchRun(admin, id))).toEqual(whole)
  const rest = await watchRun(admin, id, 3)
  expect(itemsOf(rest)).toEqual(whole.slice(3))
  expect(rest.at(0)).toMatchObject({ run: { state: 'SUCCEEDED', done: 5 }, item: null })
  expect(rest.at(-1)).toEqual(rest.at(0))
})

it('renews only what is due, if it is asked to', async () => {
  const seen = await watchRun(
    admin,
    await startRun(admin, 'startRenewal(input: { kind: SUBORDINATES, due: true })'),
  )
  expect(seen.at(-1)?.run).toEqual({ state: 'SUCCEEDED', total: 0, done: 0, failed: 0 })
})

it('renews chosen subordinates with a reason, first as a dry run', {
  tags: 'mutation/startRenewal/InvalidInputError',
}, async () => {
  const { id: entityId } = firstEntity()
  const chosen = { kind: 'SUBORDINATES', subordinates: { entityIds: [entityId, 'https://no.example.org'] } }
  const renew = (input: object) => admin.mutate('startRenewal', input, 'id dryRun subordinateAction')
  const { subordinates, ...kind } = chosen
  const faults: [object, string][] = [
    [{ ...chosen, due: true }, 'kind'],
    [{ kind: 'TRUST_MARKS', subordinates }, 'kind'],
    [{ ...kind, dryRun: true }, 'subordinates'],
    [{ ...kind, reason: 'Why' }, 'subordinates'],
  ]
  for (const [input, path] of faults)
    expect(await renew(input)).toMatchObject({ __typename: 'InvalidInputError', path: ['input', path] })

  const where = { entityId }
  const before = await db.subordinate.findUniqueOrThrow({ where })
  const dry = await renew({ ...chosen, dryRun: true })
  expect(dry).toMatchObject({ dryRun: true, subordinateAction: 'RENEW' })
  const messages = ['Would fetch its Entity Configuration again', 'https://no.example.org is not registered.']
  const items = itemsOf(await watchRun(admin, dry.id))
  expect(items).toHaveLength(messages.length)
  for (const text of messages)
    expect(items).toContainEqual(expect.objectContaining({ message: expect.stringContaining(text) }))
  expect(await db.subordinate.findUniqueOrThrow({ where })).toMatchObject({ version: before.version })

  const { id } = await renew({ ...chosen, reason: 'New keys.' })
  expect((await watchRun(admin, id)).at(-1)?.run).toMatchObject({ done: 1, failed: 1 })
  expect(await auditActions(id)).toEqual(['operator startRenewal'])
  const entry = { action: 'renewSubordinate', resource: entityId }
  expect(await db.auditEvent.findFirst({ where: entry })).toMatchObject({ reason: 'New keys.' })
})

it('starts no second run of a kind while one runs, and ends a cancelled one', {
  tags: ['mutation/cancelRun/success', 'mutation/cancelRun/ConflictError', 'mutation/cancelRun/audit'],
}, async () => {
  const silent = await startEntity({ metadata: relyingParty, authorityHints: [admin.entityId] })
  await register(admin, silent)
  silent.misbehave('hang')
  const id = await startRun(admin, 'startRenewal(input: { kind: SUBORDINATES })')
  expect(await tryToStart(admin, 'startRenewal(input: { kind: SUBORDINATES })')).toMatchObject({
    __typename: 'ConflictError',
    code: 'CONFLICT',
  })
  await vi.waitFor(() => expect(silent.requests.length).toBeGreaterThan(1), patience)
  const cancelled = await admin.mutate('cancelRun', { id }, 'cancelRequested')
  expect(cancelled).toMatchObject({ cancelRequested: true })
  await silent.close() // the pending fetch fails, and the run ends
  expect((await watchRun(admin, id)).at(-1)?.run.state).toBe('CANCELLED')
  expect(await admin.mutate('cancelRun', { id }, 'id')).toMatchObject({ code: 'CONFLICT' })
  expect(await auditActions(id)).toEqual(['admin startRenewal', 'operator cancelRun'])
  await db.subordinate.delete({ where: { entityId: silent.id } })
})

it('retries an item after a temporary failure', async () => {
  firstEntity().misbehave('server error')
  const id = await startRun(admin, 'startRenewal(input: { kind: SUBORDINATES })')
  const item = { where: { runId: Number(numberOf(id)), resource: firstEntity().id } }
  await vi.waitFor(async () => {
    const waiting = await db.runItem.findFirstOrThrow(item)
    expect(waiting).toMatchObject({ ok: null, attempts: 1, message: expect.stringContaining('500') })
  }, patience)
  firstEntity().misbehave(undefined)
  expect((await watchRun(admin, id)).at(-1)?.run).toMatchObject({ state: 'SUCCEEDED', done: 5, failed: 0 })
  expect(await db.runItem.findFirst(item)).toMatchObject({ ok: true, attempts: 2 })
})

/** The state after a worker was killed: one item is finished and another is not. */
async function leaveBehind(attempts: number) {
  const [done, open] = await db.subordinate.findMany({ orderBy: { id: 'asc' }, take: 2 })
  if (!done || !open) throw new Error('there are five')
  const item = ({ id, entityId }: typeof done) => ({ key: String(id), resource: entityId })
  const run = await db.run.create({
    data: {
      kind: 'SUBORDINATES',
      state: 'RUNNING',
      startedBy: 'admin',
      heartbeatAt: new Date(Date.now() - 3_600_000),
      total: 2,
      done: 1,
      attempts,
      items: { create: [{ ...item(done), ok: true, sequence: 1, at: new Date() }, item(open)] },
    },
  })
  return { id: btoa(`Run:${run.id}`), done, open }
}

it('continues after a worker was killed, and repeats nothing', {
  tags: 'fault/worker-killed',
}, async () => {
  const { id, done, open } = await leaveBehind(1)
  const fetches = () => entities.map(({ id, requests }) => [id, requests.length] as const)
  const before = new Map(fetches())
  const seen = await watchRun(admin, id)
  expect(seen.at(-1)?.run).toEqual({ state: 'SUCCEEDED', total: 2, done: 2, failed: 0 })
  expect(itemsOf(seen).map(({ resource }) => resource)).toEqual([done.entityId, open.entityId])
  const after = new Map(fetches())
  expect(after.get(done.entityId)).toBe(before.get(done.entityId))
  expect(after.get(open.entityId)).toBe(Number(before.get(open.entityId)) + 1)
})

it('measures liveness by the database clock, not the worker clock', async () => {
  const { id } = await db.run.create({ data: { kind: 'TRUST_MARKS', startedBy: 'admin' } })
  onTestFinished(async () => void (await db.run.delete({ where: { id } })))
  const now = () => new Date(Date.now() - 3_600_000)
  const aliveSince = async () => {
    const [row] = await db.$queryRaw<{ seconds: number }[]>`
      SELECT extract(epoch FROM now() AT TIME ZONE 'utc' - "heartbeatAt")::float8 AS "seconds"
      FROM "Run" WHERE "id" = ${id}`
    return row?.seconds
  }
  const run = await takeOverRun(db, id)
  expect(await aliveSince()).toBeLessThan(10)
  if (run) await createLedger({ db, now }, run).beat({ current: null })
  expect(await aliveSince()).toBeLessThan(10)
})

it('streams changes between two items, and corrects totals that were sent too early', async () => {
  const data = {
    kind: 'TRUST_MARKS',
    state: 'RUNNING',
    startedBy: 'admin',
    total: 2,
    heartbeatAt: new Date(),
  }
  const run = await db.run.create({ data })
  onTestFinished(async () => void (await db.run.delete({ where: { id: run.id } })))
  const id = btoa(`Run:${run.id}`)
  const document = `subscription { runProgress(runId: "${id}") { run { done cancelRequested } item { resource } } }`
  const stream = await subscribe(admin.adminUrl, admin.keys.viewer, document)
  const last = () => stream.results.at(-1)?.data?.runProgress
  const seesLast = (expected: object) => vi.waitFor(() => expect(last()).toEqual(expected), patience)
  await seesLast({ run: { done: 0, cancelRequested: false }, item: null })

  const item = { runId: run.id, resource: 'urn:x', ok: true, sequence: 1, at: new Date() }
  await db.runItem.create({ data: item })
  await seesLast({ run: { done: 0, cancelRequested: false }, item: { resource: 'urn:x' } })
  await db.run.update({ where: { id: run.id }, data: { done: 1 } })
  await seesLast({ run: { done: 1, cancelRequested: false }, item: null })
  await db.run.update({ where: { id: run.id }, data: { cancelRequested: true } })
  await seesLast({ run: { done: 1, cancelRequested: true }, item: null })
})

it('abandons a run that kills every worker', async () => {
  const { id } = await leaveBehind(20)
  expect((await watchRun(admin, id)).at(-1)?.run.state).toBe('FAILED')
  const { error } = (await admin.execute('query ($id: ID!) { run(id: $id) { error } }', { id })).data.run
  expect(error).toBe('Its worker ended 20 times before the run did.')
})

it('crawls the federation into the collection, and rebuilds published data', {
  tags: ['mutation/startCollectionWalk/success', 'mutation/startRebuild/success'],
}, async () => {
  const walk = await startRun(admin, 'startCollectionWalk')
  expect((await watchRun(admin, walk)).at(-1)?.run).toMatchObject({ state: 'SUCCEEDED', total: 6 }) // with the anchor
  const found = await admin.redis.client.hkeys('inmor:collection:entities')
  expect(found).toEqual(expect.arrayContaining(entities.map(({ id }) => id)))

  await admin.redis.client.hset('inmor:subordinates', 'https://ghost.example.org', 'a.b.c')
  const rebuild = await startRun(admin, 'startRebuild')
  const seen = await watchRun(admin, rebuild)
  expect(itemsOf(seen)).toMatchObject([{ ok: true, message: expect.stringContaining('5 subordinates') }])
  expect(await admin.redis.client.hlen('inmor:subordinates')).toBe(5)
})

it('streams every run to subscribers', async () => {
  const stream = await subscribe(
    admin.adminUrl,
    admin.keys.viewer,
    'subscription { runsChanged { id state } }',
  )
  const id = await startRun(admin, 'startRenewal(input: { kind: TRUST_MARKS })')
  await watchRun(admin, id)
  await vi.waitFor(
    () => expect(stream.results.at(-1)?.data).toEqual({ runsChanged: { id, state: 'SUCCEEDED' } }),
    patience,
  )
})
