/** Tests awaited entities: kept, examined each hour, reported when they pass, and ended. */
import { beforeEach, expect, it, vi } from 'vitest'
import type { Role } from '#server/identity/roles.ts'
import { examineAwaited } from '#server/jobs/checks.ts'
import type { RunContext } from '#server/jobs/context.ts'
import { prune } from '#server/jobs/prune.ts'
import { adminInFile, startAdmin } from '#test/helpers/admin.ts'
import type { TestEntity } from '#test/helpers/entity.ts'
import { patience } from '#test/helpers/patience.ts'
import { register, registerLeaf, startLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile({ fetchLimits: { totalTimeout: 5_000 } })
beforeEach(async () => void (await admin.server.db.awaitedEntity.deleteMany()))

const FIELDS = `entityId requestedBy { username } since endsAt examinedAt passesSince
  failedCheck { name status title message section }`

const awaitEntity = (entityId: string, as: Role = 'operator') =>
  admin.mutate('awaitEntity', { entityId }, FIELDS, as)
const stopAwaiting = (entityId: string, as: Role = 'operator') =>
  admin.mutate('stopAwaitingEntity', { entityId }, '', as)

async function list(as: Role = 'viewer') {
  const { data, errors } = await admin.execute(`{ awaitedEntities { ${FIELDS} } }`, {}, as)
  expect(errors).toBeUndefined()
  return data.awaitedEntities
}

async function alerts() {
  const document = '{ alerts { code severity message node { ... on AwaitedEntity { entityId } } } }'
  const { data } = await admin.execute(document, {}, 'viewer')
  return data.alerts.filter(({ code }: { code: string }) => code === 'AWAITED_ENTITY_PASSES')
}

/** The leaf does not name its superior. */
const startCandidate = () => startLeaf(admin, { authorityHints: ['https://other.example'] })
const correct = (leaf: TestEntity) => {
  leaf.options.authorityHints = [admin.entityId]
}

const examine = (signal = new AbortController().signal) =>
  examineAwaited(admin.server as unknown as RunContext, signal) // the job uses these fields only
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)
const makeDue = () => admin.server.db.awaitedEntity.updateMany({ data: { examinedAt: minutesAgo(58) } })

it('keeps a candidate with its first failed check', {
  tags: ['mutation/awaitEntity/success', 'mutation/awaitEntity/audit'],
}, async () => {
  const leaf = await startCandidate()
  const awaited = await awaitEntity(leaf.id)
  expect(awaited).toMatchObject({
    entityId: leaf.id,
    requestedBy: { username: 'operator' },
    passesSince: null,
    failedCheck: {
      name: 'AUTHORITY_HINT',
      status: 'FAILED',
      message: expect.stringContaining(admin.entityId),
      section: '3.1.2',
    },
  })
  expect(new Date(awaited.endsAt).getTime() - new Date(awaited.since).getTime()).toBe(30 * 86_400_000)
  expect(await list()).toMatchObject([{ entityId: leaf.id }])
  expect(await alerts()).toEqual([])
  const entry = await admin.server.db.auditEvent.findFirst({ where: { action: 'awaitEntity' } })
  expect(entry).toMatchObject({
    actor: 'operator',
    resource: leaf.id,
    after: { failedCheck: 'AUTHORITY_HINT' },
  })
})

it('says so when every check passes, and takes it back when one fails again', async () => {
  const leaf = await startCandidate()
  await awaitEntity(leaf.id)
  correct(leaf)
  await makeDue()
  expect(await examine()).toEqual({ examined: 1, passing: 1 })
  expect(await alerts()).toEqual([
    {
      code: 'AWAITED_ENTITY_PASSES',
      severity: 'WARNING',
      message: `${leaf.id} passes all checks now. Register it.`,
      node: { entityId: leaf.id },
    },
  ])
  const [{ passesSince, failedCheck }] = await list()
  expect(failedCheck).toBeNull()
  await makeDue()
  await examine()
  expect((await list())[0].passesSince).toBe(passesSince)
  leaf.misbehave('server error')
  await makeDue()
  expect(await examine()).toEqual({ examined: 1, passing: 0 })
  expect(await alerts()).toEqual([])
  expect(await list()).toMatchObject([{ passesSince: null, failedCheck: { name: 'REACHABLE' } }])
})

it('examines each about once an hour', async () => {
  const leaf = await startCandidate()
  await awaitEntity(leaf.id)
  const { length } = leaf.requests
  expect(await examine()).toEqual({ examined: 0, passing: 0 })
  await admin.server.db.awaitedEntity.updateMany({ data: { examinedAt: minutesAgo(-90) } }) // a wrong clock
  expect(await examine()).toEqual({ examined: 1, passing: 0 })
  expect(leaf.requests).toHaveLength(length + 1)
})

it('is over when the entity is registered', async () => {
  const leaf = await startCandidate()
  await awaitEntity(leaf.id)
  correct(leaf)
  await register(admin, leaf)
  expect(await list()).toEqual([])
})

it('is over when the entity was registered by an import', async () => {
  const leaf = await startLeaf(admin)
  await awaitEntity(leaf.id)
  const row = await admin.server.db.awaitedEntity.findFirstOrThrow()
  await register(admin, leaf)
  await admin.server.db.awaitedEntity.create({ data: row })
  await examine()
  expect(await list()).toEqual([])
})

it('is over when somebody dismisses it', {
  tags: ['mutation/stopAwaitingEntity/success', 'mutation/stopAwaitingEntity/audit'],
}, async () => {
  const leaf = await startLeaf(admin)
  await awaitEntity(leaf.id)
  expect(await alerts()).toHaveLength(1)
  expect(await stopAwaiting(leaf.id)).toMatchObject({ entityId: leaf.id })
  expect(await list()).toEqual([])
  expect(await alerts()).toEqual([])
  const entry = await admin.server.db.auditEvent.findFirst({ where: { action: 'stopAwaitingEntity' } })
  expect(entry).toMatchObject({ actor: 'operator', resource: leaf.id, before: { requestedBy: 'operator' } })
})

it('is over after 30 days, and can begin again', async () => {
  const { db } = admin.server
  const leaf = await startLeaf(admin)
  await awaitEntity(leaf.id)
  await db.awaitedEntity.updateMany({ data: { since: minutesAgo(30 * 24 * 60 + 1) } })
  await makeDue()
  expect(await examine()).toEqual({ examined: 0, passing: 0 })
  expect(await list()).toEqual([])
  expect(await alerts()).toEqual([])
  expect(await awaitEntity(leaf.id)).toMatchObject({ entityId: leaf.id })
  await prune(db, new Date())
  expect(await db.awaitedEntity.count()).toBe(1)
  await prune(db, new Date(Date.now() + 31 * 86_400_000))
  expect(await db.awaitedEntity.count()).toBe(0)
})

it('is asked for by operators only', async () => {
  await expect(awaitEntity('http://127.0.0.1:1', 'viewer')).rejects.toThrow(/not allow|role/i)
  await expect(stopAwaiting('http://127.0.0.1:1', 'viewer')).rejects.toThrow(/not allow|role/i)
})

it('refuses what is registered, awaited or the anchor', {
  tags: 'mutation/awaitEntity/ConflictError',
}, async () => {
  const conflict = { code: 'CONFLICT', path: ['input', 'entityId'] }
  const { leaf } = await registerLeaf(admin)
  expect(await awaitEntity(leaf.id)).toMatchObject({
    ...conflict,
    message: `${leaf.id} is already registered.`,
  })
  expect(await awaitEntity(admin.entityId)).toMatchObject(conflict)
  await awaitEntity('http://127.0.0.1:1')
  expect(await awaitEntity('http://127.0.0.1:1')).toMatchObject(conflict)
})

it('refuses http outside of test federations', {
  tags: 'mutation/awaitEntity/InvalidInputError',
}, async () => {
  const strict = await startAdmin({}, { allowHttp: false })
  const result = await strict.mutate('awaitEntity', { entityId: 'http://rp.example' }, 'id')
  expect(result).toMatchObject({ code: 'INVALID_INPUT', path: ['input', 'entityId'] })
  await strict.close()
})

it('does not know what was never asked for', {
  tags: 'mutation/stopAwaitingEntity/NotFoundError',
}, async () => {
  expect(await stopAwaiting('https://rp.example')).toMatchObject({
    code: 'NOT_FOUND',
    path: ['input', 'entityId'],
  })
})

/** Rows as the mutation writes them, without a server behind them. */
const fill = (count: number, columns: object = {}) =>
  admin.server.db.awaitedEntity.createMany({
    data: Array.from({ length: count }, (_, index) => ({
      entityId: `http://127.0.0.1:1/${index}`,
      requestedBy: 'operator',
      since: new Date(),
      examinedAt: new Date(),
      ...columns,
    })),
  })

it('keeps 200 at most, also when two are asked for together', async () => {
  await fill(199)
  const results = await Promise.all(['a', 'b', 'c'].map((name) => awaitEntity(`http://127.0.0.1:1/${name}`)))
  expect(results.map(({ code = 'success' }) => code).sort()).toEqual(['CONFLICT', 'CONFLICT', 'success'])
  expect(await list()).toHaveLength(200)
})

it('is one alert where there are many', async () => {
  await fill(12, { passesSince: new Date() })
  expect(await alerts()).toEqual([
    expect.objectContaining({
      message: '12 awaited entities pass all checks now. Register them.',
      node: null,
    }),
  ])
})

it('ends without an error when the worker closes', async () => {
  await fill(40, { examinedAt: minutesAgo(58) })
  expect(await examine(AbortSignal.abort())).toEqual({ examined: 0, passing: 0 })
  const closing = new AbortController()
  const leaf = await startCandidate()
  leaf.misbehave('hang')
  await admin.server.db.awaitedEntity.deleteMany()
  await fill(1, { entityId: leaf.id, examinedAt: minutesAgo(58) })
  const ended = examine(closing.signal)
  await vi.waitFor(() => expect(leaf.requests).toHaveLength(1), patience)
  closing.abort()
  expect(await ended).toEqual({ examined: 0, passing: 0 })
})
