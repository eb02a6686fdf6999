/** Measures an admin server with ten anchors: its start, its cost at rest, and changes of one while another is busy or broken. */
import { rename } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import { type AdminClient, createAdminClient } from '#server/demo/admin-client.ts'
import { FIRST_ANCHOR } from '#store/anchors.ts'
import { connectRedis, waitForRedis } from '#store/connect.ts'
import { redisKeys } from '#store/keys.ts'
import { addAnchors, furtherAnchors, placeOf, untilPublished } from './further-anchors.ts'
import { type Installation, prepareInstallation } from './installation.ts'
import { mutate, until } from './lanes.ts'
import { launch, type MeasuredProgram } from './program.ts'
import type { Duration } from './rebuild.ts'

export type AdminAnchorsMeasure = {
  anchors: number
  /** Of each anchor, and of the import. */
  members: number
  /** From the start of the process until it is ready, with everything published. */
  start: Duration
  /** Of the admin server without requests, over five minutes: in these every schedule of minutes is due. */
  rest: { memory: number; processor: number; transactions: number; connections: number }
  /** Milliseconds until a change of one anchor is published, the slowest of some. */
  change: { alone: number; duringImport: number; besideBrokenKeys: number }
}

const ROUNDS = 10
const REST_SECONDS = 300

const importing = FIRST_ANCHOR
const [broken = '', changing = ''] = furtherAnchors

export async function measureAdminAnchors(
  members: number,
  say: (text: string) => void,
): Promise<AdminAnchorsMeasure> {
  const anchors = furtherAnchors.length + 1
  const installation = await prepareInstallation()
  await addAnchors(installation, members)
  say(`${anchors} anchors of ${members} members are inserted`)
  const first = await installation.start()
  await untilPublished(installation, members)
  say('everything is published')
  await first.end()

  const begun = performance.now()
  const program = await installation.start()
  const clock = (performance.now() - begun) / 1000
  const start = { clock, processor: (await program.usage()).processor / 1e6 }
  say(`start: ${JSON.stringify(start)}`)
  const rest = await measureRest(installation, program)
  say(`at rest: ${JSON.stringify(rest)}`)

  const admin = createAdminClient(installation.adminUrl, String(await program.ask('key')))
  const changes = await prepareChanges(installation, admin)
  const alone = await changes.slowest()
  say(`a change: ${Math.round(alone)} ms`)
  await program.end()

  const { keysDirectory } = placeOf(installation, broken)
  await rename(keysDirectory, `${keysDirectory}.away`)
  await installation.start()
  const besideBrokenKeys = await changes.slowest()
  say(`beside broken keys: ${Math.round(besideBrokenKeys)} ms`)
  await rename(`${keysDirectory}.away`, keysDirectory)
  const duringImport = await duringAnImport(admin, members, changes.slowest)
  say(`during an import: ${Math.round(duringImport)} ms`)
  changes.close()
  await installation.close()
  return { anchors, members, start, rest, change: { alone, duringImport, besideBrokenKeys } }
}

async function measureRest(installation: Installation, program: MeasuredProgram) {
  const redis = connectRedis(installation.redisUrl)
  await waitForRedis(redis, 5_000)
  const client = new pg.Client({ connectionString: installation.databaseUrl })
  await client.connect()
  const transactions = async () => {
    const { rows } = await client.query<{ count: string }>(
      'SELECT xact_commit + xact_rollback AS count FROM pg_stat_database WHERE datname = current_database()',
    )
    return Number(rows[0]?.count)
  }
  const before = { ...(await program.usage()), transactions: await transactions() }
  let memory = 0
  for (let second = 0; second < REST_SECONDS; second++) {
    await setTimeout(1000)
    memory = Math.max(memory, (await program.usage()).memory)
  }
  const after = { ...(await program.usage()), transactions: await transactions() }
  const clients = String(await redis.client('LIST')).split('\n')
  redis.disconnect()
  await client.end()
  return {
    memory,
    processor: (after.processor - before.processor) / 1e6 / REST_SECONDS,
    transactions: (after.transactions - before.transactions) / REST_SECONDS,
    connections: clients.filter(Boolean).length - 2, // ours, and that of the helper which started Redis
  }
}

type Member = { id: string; entityId: string }

/** Changes one subordinate after the other, so that no change waits for an earlier one. */
async function prepareChanges(installation: Installation, admin: AdminClient) {
  const redis = connectRedis(installation.redisUrl)
  await waitForRedis(redis, 5_000)
  const { subordinates } = redisKeys(placeOf(installation, changing).redisKeyPrefix)
  const answer = await admin<{ subordinates: { edges: { node: Member }[] } }>(
    'query ($anchor: String) { subordinates(anchor: $anchor, first: 1) { edges { node { id entityId } } } }',
    { anchor: changing },
  )
  const member = answer.subordinates.edges[0]?.node
  if (!member) throw new Error('no member to change')
  let validFor = 100
  async function change({ id, entityId }: Member): Promise<number> {
    const published = () => redis.hget(subordinates, entityId)
    const before = await published()
    const begun = performance.now()
    const isPublished = async () => (await published()) !== before
    await Promise.all([mutate(admin, 'updateSubordinate', { id, validFor: validFor++ }), until(isPublished)])
    return performance.now() - begun
  }
  return {
    async slowest(): Promise<number> {
      const taken = []
      for (let round = 0; round < ROUNDS; round++) taken.push(await change(member))
      return Math.max(...taken)
    },
    close: () => redis.disconnect(),
  }
}

async function duringAnImport(
  admin: AdminClient,
  imported: number,
  measure: () => Promise<number>,
): Promise<number> {
  const entities = launch('test/bench/entities.ts')
  const [base] = await entities.printed(/http:\S+/)
  const lines = Array.from({ length: imported }, (_, at) => `${base}/${at}`)
  const { id } = await mutate(admin, 'importSubordinates', { anchor: importing, lines })
  const done = async () => {
    const query = 'query ($id: ID!) { run: renewalRun(id: $id) { done } }'
    return (await admin<{ run: { done: number } }>(query, { id })).run.done
  }
  await until(async () => (await done()) > imported / 20)
  const slowest = await measure()
  if ((await done()) === imported) throw new Error('the import ended before the changes')
  await entities.end()
  return slowest
}
