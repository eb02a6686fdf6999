/** Measures an admin server with ten anchors: its start, its cost at rest, and changes of one while another is busy or broken. */
import { rename } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import type { AdminClient } from '#server/demo/admin-client.ts'
import { FIRST_ANCHOR } from '#store/anchors.ts'
import { redisKeys } from '#store/keys.ts'
import { megabytes, milliseconds, number, type Part, type Say, section } from './document.ts'
import { MAIN_SIZE } from './federation.ts'
import { addAnchors, furtherAnchors, placeOf, untilPublished } from './further-anchors.ts'
import {
  doneOf,
  type Installation,
  mutate,
  prepareInstallation,
  startEntities,
  timeChange,
} from './installation.ts'
import { duration, type Program, until } from './program.ts'

const ROUNDS = 10
/** In these, every schedule of minutes is due. */
const REST_SECONDS = 300

const [broken = '', changing = ''] = furtherAnchors

export const adminAnchorsPart: Part = {
  name: 'admin-anchors',
  usual: ['full'],
  async measure(effort, say) {
    const members = { quick: 1_000, full: MAIN_SIZE }[effort]
    const anchors = furtherAnchors.length + 1
    const intro = `An installation of ${anchors} anchors, each with ${number(members)} members, in one process with its worker. At rest are the
five minutes after the start, with all schedules on: each anchor crawls its members, of which none is valid, so that it tries three times. That is
two thirds of the processor time. A change is the slowest of ten, from the request to the published statement.`
    const rows = await measureAll(members, say)
    return [section('Several anchors in the admin server', intro, ['', 'measured', 'aim'], rows)]
  },
}

async function measureAll(members: number, say: Say): Promise<string[][]> {
  const rows: string[][] = []
  const add = (...row: string[]) => {
    rows.push(row)
    say(row.join(': '))
  }
  const installation = await prepareInstallation()
  await addAnchors(installation, members)
  const first = await installation.start()
  await untilPublished(installation, members)
  await first.end()

  const begun = performance.now()
  const program = await installation.start()
  const clock = (performance.now() - begun) / 1000
  const { processor } = await program.usage()
  add('start, with everything published', duration({ clock, processor: processor / 1e6 }), 'under 10 s')
  for (const row of await measureRest(installation, program)) add(...row)

  const admin = await installation.openAdmin()
  const slowest = await prepareChanges(installation, admin)
  add('a change is published', milliseconds(await slowest()), '')
  add(
    'another anchor is created, the slowest of three',
    milliseconds(await createAnchors(admin)),
    'under 1 s',
  )
  await program.end()

  const { keysDirectory } = placeOf(installation, broken)
  await rename(keysDirectory, `${keysDirectory}.away`)
  await installation.start()
  add('while the keys of another anchor are missing', milliseconds(await slowest()), 'at most 1 s more')
  await rename(`${keysDirectory}.away`, keysDirectory)
  const during = milliseconds(await duringAnImport(admin, members, slowest))
  add(`while another anchor imports ${number(members)} entities`, during, 'at most 1 s more')
  await installation.close()
  return rows
}

async function measureRest({ redis, query }: Installation, program: Program): Promise<string[][]> {
  const transactions = async () => {
    const [row] = await query(
      'SELECT xact_commit + xact_rollback AS count FROM pg_stat_database WHERE datname = current_database()',
    )
    return Number(row.count)
  }
  const before = { ...(await program.usage()), transactions: await transactions() }
  let most = 0
  for (let second = 0; second < REST_SECONDS; second++) {
    await setTimeout(1000)
    most = Math.max(most, (await program.usage()).memory)
  }
  const after = { ...(await program.usage()), transactions: await transactions() }
  const clients = String(await redis.client('LIST')).split('\n')
  const share = (after.processor - before.processor) / 1e4 / REST_SECONDS
  const perSecond = (after.transactions - before.transactions) / REST_SECONDS
  return [
    ['memory at rest, most', megabytes(most), 'under 1 000 MB'],
    ['processor at rest', `${share.toFixed(1)} % of a core`, 'at most 3 %'],
    ['transactions of PostgreSQL at rest', `${number(perSecond)} a second`, 'at most 10'],
    ['connections to Redis', number(clients.filter(Boolean).length - 1), ''], // without ours
  ]
}

/** Changes one subordinate after the other, so that no change waits for an earlier one. */
async function prepareChanges(
  installation: Installation,
  admin: AdminClient,
): Promise<() => Promise<number>> {
  const { subordinates } = redisKeys(placeOf(installation, changing).redisKeyPrefix)
  const answer = await admin<{ subordinates: { edges: { node: { id: string; entityId: string } }[] } }>(
    'query ($anchor: String) { subordinates(anchor: $anchor, first: 1) { edges { node { id entityId } } } }',
    { anchor: changing },
  )
  const [member] = answer.subordinates.edges
  if (!member) throw new Error('no member to change')
  const { id, entityId } = member.node
  const published = () => installation.redis.hget(subordinates, entityId)
  let validFor = 100
  return async () => {
    let slowest = 0
    for (let round = 0; round < ROUNDS; round++) {
      const before = await published()
      const change = () => mutate(admin, 'updateSubordinate', { id, validFor: validFor++ }, 'subordinate')
      slowest = Math.max(slowest, await timeChange(change, async () => (await published()) !== before))
    }
    return slowest
  }
}

/** From the request to the answer. */
async function createAnchors(admin: AdminClient): Promise<number> {
  let slowest = 0
  for (let at = 0; at < 3; at++) {
    const begun = performance.now()
    const input = { slug: `new-${at}`, displayName: 'New', entityId: `https://new-${at}.example` }
    await mutate(admin, 'createTrustAnchor', input, 'trustAnchor', 'slug')
    slowest = Math.max(slowest, performance.now() - begun)
  }
  return slowest
}

async function duringAnImport(admin: AdminClient, imported: number, measure: () => Promise<number>) {
  const entities = await startEntities()
  const lines = Array.from({ length: imported }, (_, at) => `${entities.url}/${at}`)
  const { id } = await mutate(admin, 'importSubordinates', { anchor: FIRST_ANCHOR, lines }, 'run')
  await until(async () => (await doneOf(admin, id)).done > imported / 20)
  const slowest = await measure()
  if ((await doneOf(admin, id)).done === imported) throw new Error('the import ended before the changes')
  await entities.end()
  return slowest
}
