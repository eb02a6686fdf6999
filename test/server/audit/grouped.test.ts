/** Tests changes that are asked for at the same moment: they share a transaction, and each counts for itself. */
import { afterAll, beforeEach, expect, it } from 'vitest'
import { connectDatabase, type Transaction } from '#server/database/client.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import { type Caller, cliCaller, jobCaller } from '#server/identity/caller.ts'
import { runWithOrigin } from '#server/identity/origin.ts'
import { verifyAuditLog } from '#server/services/audit/verification.ts'
import { rehearse } from '#server/services/protection/approval.ts'
import { createWriter } from '#server/services/write.ts'
import { startMigratedDatabase } from '#test/helpers/database.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { protect } from '#test/server/protection/people.ts'

const database = inFile(startMigratedDatabase)
const db = inFile(() => connectDatabase(database.url))
afterAll(() => db.$disconnect())
beforeEach(async () => {
  await db.awaitedEntity.deleteMany()
  await protect({ server: { installation: db } }, [])
})

const job = jobCaller('import')
const operator = cliCaller('anna')

/** Records the entities of a group with one statement; it refuses a bad one. */
async function addAll(tx: Transaction, names: readonly string[]) {
  if (names.includes('bad')) throw new InvalidInputError('It is bad.', 'entityId')
  const data = names.map((entityId) => ({
    entityId,
    requestedBy: '',
    since: new Date(0),
    examinedAt: new Date(0),
  }))
  const rows = await tx.awaitedEntity.createManyAndReturn({ data })
  return rows.map(({ entityId }) => ({
    action: 'registerSubordinate' as const,
    resource: entityId,
    after: { active: true },
    result: entityId,
  }))
}

const additions = inFile(() => ({ add: createWriter(db).grouped(addAll) }))
const write = (caller: Caller, name: string) => additions.add(caller, name)

const namesOf = (count: number) => Array.from({ length: count }, (_, at) => `entity${at}`)

const written = async () => {
  const rows = await db.awaitedEntity.findMany({ orderBy: { id: 'asc' }, select: { entityId: true } })
  return rows.map(({ entityId }) => entityId)
}

/** Those of the log that are there now and were not there before. */
async function entriesOf(work: () => Promise<unknown>) {
  const before = (await db.auditEvent.findFirst({ orderBy: { id: 'desc' } }))?.id ?? 0
  await work()
  expect(await verifyAuditLog(db)).toMatchObject({ fault: null })
  return db.auditEvent.findMany({ where: { id: { gt: before } }, orderBy: { id: 'asc' } })
}

/** PostgreSQL writes the number of the transaction into each row. */
async function countTransactions(): Promise<number> {
  const [row] = await db.$queryRaw<[{ count: number }]>`
    SELECT count(DISTINCT xmin::text)::int AS "count" FROM "AwaitedEntity"`
  return row.count
}

it('share a transaction, with an entry each in the order of the rows', async () => {
  const names = namesOf(20)
  const entries = await entriesOf(async () => {
    expect(await Promise.all(names.map((name) => write(job, name)))).toEqual(names)
  })
  expect(entries.map(({ resource }) => resource)).toEqual(names)
  expect(await written()).toEqual(names)
  expect(await countTransactions()).toBe(1)
})

it('are at most fifty in a transaction', async () => {
  await Promise.all(namesOf(120).map((name) => write(job, name)))
  expect(await countTransactions()).toBe(3)
})

it('do not fail with one that is refused, or that another one has created', async () => {
  const asked = ['one', 'bad', 'two', 'one', 'three']
  const entries = await entriesOf(async () => {
    const results = await Promise.allSettled(asked.map((name) => write(job, name)))
    expect(
      results.map((result) => (result.status === 'rejected' ? result.reason.code : result.value)),
    ).toEqual(['one', 'INVALID_INPUT', 'two', 'CONFLICT', 'three'])
  })
  expect(entries.map(({ resource }) => resource).sort()).toEqual(['one', 'three', 'two'])
  expect((await written()).sort()).toEqual(['one', 'three', 'two'])
})

it('are judged each by its own caller', async () => {
  await protect({ server: { installation: db } }, ['MEMBERS'])
  const entries = await entriesOf(async () => {
    const results = await Promise.allSettled([write(job, 'one'), write(operator, 'two'), write(job, 'three')])
    expect(results).toMatchObject([
      { value: 'one' },
      { reason: { code: 'APPROVAL_REQUIRED', changed: { resource: 'two' } } },
      { value: 'three' },
    ])
  })
  expect(entries.map(({ resource, actor }) => [resource, actor])).toEqual([
    ['one', 'job:import'],
    ['three', 'job:import'],
  ])
})

it('belong each to its own run, whose first entry leads', async () => {
  const run = (runId: number, name: string) => runWithOrigin({ runId }, () => write(job, name))
  const entries = await entriesOf(() =>
    Promise.all([run(1, 'one'), run(2, 'two'), run(1, 'three'), write(job, 'four')]),
  )
  expect(entries.map(({ resource, runId, part }) => [resource, runId, part])).toEqual([
    ['one', 1, false],
    ['two', 2, false],
    ['three', 1, true],
    ['four', null, false],
  ])
})

it('commit beside a rehearsal, which does not', async () => {
  const [, rehearsed] = await Promise.all([
    write(job, 'one'),
    rehearse(job, (caller) => write(caller, 'two')),
    write(job, 'three'),
  ])
  expect(rehearsed).toMatchObject({ resource: 'two' })
  expect((await written()).sort()).toEqual(['one', 'three'])
})
