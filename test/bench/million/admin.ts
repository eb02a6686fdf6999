/** Measures how the cost of the admin server grows with the number of members: publication, the console, schedules. */
import { setTimeout } from 'node:timers/promises'
import { encodeGlobalID } from '@pothos/plugin-relay'
import pg from 'pg'
import { type AdminClient, createAdminClient } from '#server/demo/admin-client.ts'
import type { ScheduleName } from '#server/jobs/schedules.ts'
import { connectRedis, waitForRedis } from '#store/connect.ts'
import { redisKeys } from '#store/keys.ts'
import { prepareInstallation } from '../installation.ts'
import type { MeasuredProgram } from '../program.ts'
import type { Duration } from '../rebuild.ts'
import { operations, type Samples } from './admin-operations.ts'
import { insertFederation } from './admin-rows.ts'
import { documents } from './console-documents.ts'

export type Named = { name: string; milliseconds: number }

export type AdminGrowth = {
  subordinates: number
  signing: Duration
  again: Duration
  /** Bytes of memory: the most during the rebuilds, and after a start with all rows. */
  peak: number
  atRest: number
  /** Milliseconds from a start with all rows until the server is ready. */
  start: number
  /** Milliseconds from the request to the published change. */
  change: number
  /** The slowest request of each operation of the console, the slowest first. */
  operations: Named[]
  /** The slowest first. */
  schedules: Named[]
}

/** The others need the network, or start a run. */
const measured: readonly ScheduleName[] = [
  'regenerate-entity-configuration',
  'check-subordinates',
  'republish-future',
  'renew-subordinates',
  'renew-trust-marks',
  'judge-trust-marks',
  'check-superiors',
  'follow-anchors',
  'renew-own-trust-marks',
  'key-rollover',
  'examine-awaited',
  'send-reminders',
  'detect-drift',
  'prune',
]

/** `say` gets each result as soon as it is known: a million members take most of an hour. */
export async function measureAdminGrowth(
  subordinates: number,
  say: (text: string) => void,
): Promise<AdminGrowth> {
  const installation = await prepareInstallation()
  const first = await installation.start()
  const client = new pg.Client({ connectionString: installation.databaseUrl })
  await client.connect()
  await client.query(`UPDATE "Schedule" SET "enabled" = false`)
  await insertFederation(installation.databaseUrl, subordinates, installation.kid)
  say(`admin server: ${subordinates} members are inserted`)
  const signing = await timed(first, 'rebuild')
  say(`  rebuild, signing all: ${Math.round(signing.clock)} s`)
  const again = await timed(first, 'rebuild')
  say(`  rebuild, signing nothing: ${Math.round(again.clock)} s`)
  const { peak } = await first.usage()
  await client.query('VACUUM ANALYZE "Subordinate"') // as autovacuum does some minutes later
  await first.end()

  const begun = performance.now()
  const program = await installation.start()
  const start = performance.now() - begun
  await setTimeout(5_000)
  const { memory: atRest } = await program.usage()
  const admin = createAdminClient(installation.adminUrl, String(await program.ask('key')))
  const samples = await readSamples(client)
  const change = await measureChange(admin, installation.redisUrl, samples)
  say(`  a change is published: ${Math.round(change)} ms`)
  const operations = await measureOperations(admin, samples, say)
  const schedules = await measureSchedules(program, say)
  await client.end()
  await installation.close()
  return { subordinates, signing, again, peak, atRest, start, change, operations, schedules }
}

async function timed(program: MeasuredProgram, task: string): Promise<Duration> {
  const before = await program.usage()
  const begun = performance.now()
  await program.ask(task)
  const clock = (performance.now() - begun) / 1000
  const after = await program.usage()
  return { clock, processor: (after.processor - before.processor) / 1e6 }
}

/** Rows in the middle of their tables. */
async function readSamples(client: pg.Client): Promise<Samples> {
  const middle = async (table: string, columns: string) => {
    const { rows } = await client.query(
      `SELECT ${columns} FROM "${table}" WHERE "id" >= (SELECT (min("id") + max("id")) / 2 FROM "${table}") ORDER BY "id" LIMIT 1`,
    )
    return rows[0]
  }
  const { id: key, entityId } = await middle('Subordinate', '"id", "entityId"')
  const { id: mark } = await middle('TrustMark', '"id"')
  const { id: run } = await middle('RenewalRun', '"id"')
  return {
    subordinate: { id: encodeGlobalID('Subordinate', key), key, entityId },
    trustMark: { id: encodeGlobalID('TrustMark', mark), key: mark },
    trustMarkType: encodeGlobalID('TrustMarkType', 1),
    run: encodeGlobalID('RenewalRun', run),
  }
}

async function measureChange(admin: AdminClient, redisUrl: string, { subordinate }: Samples) {
  const redis = connectRedis(redisUrl)
  await waitForRedis(redis, 5_000)
  const published = () => redis.hget(redisKeys().subordinates, subordinate.entityId)
  const before = await published()
  const begun = performance.now()
  const changing = admin(
    'mutation ($input: UpdateSubordinateInput!) { updateSubordinate(input: $input) { __typename } }',
    { input: { id: subordinate.id, validFor: 777 } },
  )
  while ((await published()) === before) {
    if (performance.now() - begun > 60_000) throw new Error('the change was not published within a minute')
    await setTimeout(2)
  }
  const milliseconds = performance.now() - begun
  await changing
  redis.disconnect()
  return milliseconds
}

async function measureOperations(
  admin: AdminClient,
  samples: Samples,
  say: (text: string) => void,
): Promise<Named[]> {
  const slowest: Named[] = []
  for (const [operation, casesOf] of Object.entries(operations)) {
    const query = documents.get(operation)
    if (query === undefined) throw new Error(`The console has no query ${operation}.`)
    const found: Named[] = []
    for (const { about, variables } of casesOf(samples)) {
      const begun = performance.now()
      await admin(query, variables)
      found.push({ name: `${operation} ${about}`.trim(), milliseconds: performance.now() - begun })
    }
    const [longest] = slowestFirst(found)
    if (!longest) continue
    say(describe(longest))
    slowest.push(longest)
  }
  return slowestFirst(slowest)
}

async function measureSchedules(program: MeasuredProgram, say: (text: string) => void): Promise<Named[]> {
  const found: Named[] = []
  for (const name of measured) {
    const one = { name, milliseconds: Number(await program.ask(name)) }
    say(describe(one))
    found.push(one)
  }
  return slowestFirst(found)
}

const describe = ({ name, milliseconds }: Named) => `  ${name}: ${Math.round(milliseconds)} ms`

const slowestFirst = (found: readonly Named[]) => found.toSorted((a, b) => b.milliseconds - a.milliseconds)
