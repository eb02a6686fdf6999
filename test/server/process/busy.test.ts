/** Tests a server that gets more changes at once than its database can make: each succeeds, or the answer is true. */
import { afterAll, describe, expect, it } from 'vitest'
import { connectAnchor } from '#server/database/anchor-client.ts'
import { connectDatabase, createPool } from '#server/database/client.ts'
import { explainDatabaseOutage, sentences } from '#server/error/database-outage.ts'
import { knownSentenceOf } from '#server/process/start-failure.ts'
import { inTurn } from '#server/services/write-queue.ts'
import { startAdmin } from '#test/helpers/admin.ts'
import { startMigratedDatabase } from '#test/helpers/database.ts'
import { inFile, inTest } from '#test/helpers/in-file.ts'

const BUSY =
  'The database did not finish in time, so it stored nothing of this change. Try again in a moment.'
const DATABASE_BUSY = sentences.busy

it('makes 150 changes at once, or says that it is busy', async () => {
  const admin = await inTest(startAdmin())
  // A slow disk: each change takes 80 ms more after it has the head of the audit log.
  const installation = connectDatabase(admin.database.url)
  await installation.$executeRaw`
    CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.08); RETURN NEW; END $$`
  await installation.$executeRaw`CREATE TRIGGER slowly BEFORE INSERT ON "AuditEvent" FOR EACH ROW EXECUTE FUNCTION slowly()`
  await installation.$disconnect()
  const answers = await Promise.all(
    Array.from({ length: 150 }, (_, index) =>
      admin.execute(`mutation {
        createTrustMarkType(input: {type: "https://ta.example.org/marks/${index}"}) {
          __typename
          ... on Error { message }
        } }`),
    ),
  )
  const refusals = answers.flatMap(({ data, errors }) => {
    if (data?.createTrustMarkType.__typename === 'CreateTrustMarkTypeSuccess') return []
    return [data?.createTrustMarkType.message ?? errors?.[0]?.message]
  })
  expect(refusals.filter((message) => message !== BUSY && message !== DATABASE_BUSY)).toEqual([])
  expect(refusals.length).toBeLessThan(40)
  // What was refused was not stored, and the server goes on.
  expect(await admin.server.db.trustMarkType.count()).toBe(150 - refusals.length)
  const next = await admin.mutate(
    'createTrustMarkType',
    { type: 'https://ta.example.org/marks/next' },
    'type',
  )
  expect(next.type).toBe('https://ta.example.org/marks/next')
})

describe('a database client', () => {
  const database = inFile(startMigratedDatabase)
  const pool = inFile(() => createPool(database.url))
  const client = inFile(() => connectAnchor(pool, 'main', true))
  afterAll(async () => {
    await client.$disconnect()
    await pool.end()
  })

  it('says that the database did not answer in time when a transaction ends too late', async () => {
    const late = client.$transaction(
      async (tx) => {
        await new Promise((resolve) => setTimeout(resolve, 200))
        await tx.anchor.count()
      },
      { timeout: 100 },
    )
    const error = await late.catch((error: Error) => error)
    expect(error).toMatchObject({ code: 'P2028' })
    expect(explainDatabaseOutage(error)).toBe(DATABASE_BUSY)
    expect(error instanceof Error && knownSentenceOf(error)).toBe(DATABASE_BUSY)
  })

  it('says the same when no connection is free', async () => {
    const small = createPool(database.url, { max: 1, patience: 1_000 })
    const waiting = connectDatabase(small)
    const held = await small.connect()
    const errors = await Promise.all([
      waiting.anchor.count().catch((error: Error) => error),
      waiting.$transaction([waiting.anchor.count()]).catch((error: Error) => error),
      waiting.$transaction((tx) => tx.anchor.count()).catch((error: Error) => error),
    ])
    held.release()
    await waiting.$disconnect()
    await small.end()
    expect(errors.map(explainDatabaseOutage)).toEqual([DATABASE_BUSY, DATABASE_BUSY, DATABASE_BUSY])
  })

  it('refuses a change that has waited too long for its turn, and makes the others in order', async () => {
    const gate = Promise.withResolvers<void>()
    const done: string[] = []
    const first = inTurn(client, () => gate.promise.then(() => done.push('first')))
    const late = inTurn(client, async () => done.push('late'), 50)
    const second = inTurn(client, async () => done.push('second'))
    await expect(late).rejects.toMatchObject({ code: 'UNAVAILABLE', isRetryable: true, message: BUSY })
    gate.resolve()
    await Promise.all([first, second])
    await expect(inTurn(client, () => Promise.reject(new Error('its own')))).rejects.toThrow('its own')
    expect(await inTurn(client, async () => 'next')).toBe('next')
    expect(done).toEqual(['first', 'second'])
  })
})
