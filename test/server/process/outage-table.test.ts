/** Tests each row of the tables of outages with a real error of PostgreSQL or Redis: it has the sentence of its row. */
import pg from 'pg'
import { expect, it } from 'vitest'
import { connectDatabase } from '#server/database/client.ts'
import { explainDatabaseOutage, sentences, sqlStates } from '#server/error/database-outage.ts'
import { connectRedis, waitForRedis } from '#store/connect.ts'
import { explainStoreOutage, refusals } from '#store/outage.ts'
import { startDatabase } from '#test/helpers/database.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { startRedis } from '#test/helpers/redis.ts'

const database = inFile(startDatabase)
const redis = inFile(startRedis)

/** A complete state of each class. */
const complete = (state: string) => (state.length === 5 ? state : `${state}0001`.slice(0, 5))

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: Error) => error,
  )

it.each(Object.entries(sqlStates))('SQLSTATE %s is %s, by each way to the database', async (state, name) => {
  const raise = `DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '${complete(state)}'; END $$`
  const db = connectDatabase(database.url)
  const client = new pg.Client(database.url)
  await client.connect()
  const errors = [
    await failureOf(db.$executeRawUnsafe(raise)),
    await failureOf(db.$transaction((tx) => tx.$executeRawUnsafe(raise))),
    await failureOf(client.query(raise)),
  ]
  await Promise.all([client.end(), db.$disconnect()])
  expect(errors.map(explainDatabaseOutage)).toEqual(errors.map(() => sentences[name]))
})

it('leaves errors of the server alone', async () => {
  const db = connectDatabase(database.url)
  for (const state of ['22012', '23505', '42P01', 'P0001'])
    expect(
      explainDatabaseOutage(
        await failureOf(
          db.$executeRawUnsafe(`DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '${state}'; END $$`),
        ),
      ),
    ).toBeNull()
  await db.$disconnect()
  expect(explainStoreOutage(await failureOf(redis.client.call('NONE')))).toBeNull()
})

it.each(Object.entries(refusals))('Redis that says %s has its sentence', async (word, sentence) => {
  const client = connectRedis(redis.url) // another one, because READONLY ends its connection
  await waitForRedis(client, 10_000)
  const reply = await failureOf(client.eval(`return redis.error_reply('${word} x')`, 0))
  client.disconnect()
  expect(explainStoreOutage(reply)).toBe(sentence)
})

it('has a sentence for a Redis that does not answer, and not the words of its client', async () => {
  const client = connectRedis(redis.url, { commandTimeout: 50 })
  await waitForRedis(client, 10_000)
  redis.pause()
  const unanswered = await failureOf(client.get('x'))
  redis.resume()
  client.disconnect()
  const unsent = await failureOf(client.get('x'))
  for (const error of [unanswered, unsent])
    expect(explainStoreOutage(error)).toBe('Redis is unreachable. Try again in a moment.')
})
