/** Measures registration, renewal and checks of subordinates, with real entities over HTTP. */
import { setTimeout } from 'node:timers/promises'
import type { AdminClient } from '#server/demo/admin-client.ts'
import { megabytes, number, type Part, section } from './document.ts'
import {
  endOf,
  type Installation,
  insertSubordinates,
  mutate,
  prepareInstallation,
  startEntities,
  stopSchedules,
} from './installation.ts'
import type { Program } from './program.ts'

const AT_A_TIME = 16

/** The entities sign for each request. */
export const renewalPart: Part = {
  name: 'renewal',
  usual: ['quick', 'full'],
  async measure(effort) {
    const entities = { quick: 100, full: 1_000 }[effort]
    const { installation, program, members, close } = await startMembers()
    const admin = await installation.openAdmin()
    const registering = await program.time(() => registerAll(admin, members.url, entities))
    const renewing = await program.time(() => renewAll(admin, entities))
    const checking = await check(installation, program, null)
    const { memory } = await program.usage()
    await close()
    const rows = [
      ['registration', number(entities / registering.clock), ''],
      ['renewal', number(entities / renewing.clock), `${megabytes(memory)} of memory`],
      ['check', number(entities / checking.clock), `${checking.each.toFixed(1)} ms of processor time each`],
    ]
    const head = [`${number(entities)} entities with a new configuration`, 'a second', '']
    return [section('Registration and renewal', '', head, rows)]
  },
}

/** Each is fetched, examined, written and published. */
export const importPart: Part = {
  name: 'import',
  usual: ['quick', 'full'],
  async measure(effort) {
    const entities = { quick: 500, full: 5_000 }[effort]
    const { installation, program, members, close } = await startMembers()
    const admin = await installation.openAdmin()
    const importing = await program.time(() => importAll(admin, members.url, entities))
    const published = await installation.redis.hlen('inmor:subordinates')
    const { memory } = await program.usage()
    await close()
    if (published !== entities) throw new Error(`${published} of ${entities} were published`)
    const each = (importing.processor * 1000) / entities
    const row = [
      number(entities),
      number(entities / importing.clock),
      `${each.toFixed(1)} ms`,
      megabytes(memory),
    ]
    return [
      section('Import', '', ['reachable entities', 'a second', 'processor time of one', 'memory'], [row]),
    ]
  },
}

/** The configurations of the entities have not changed. */
export const checksPart: Part = {
  name: 'checks',
  usual: ['quick', 'full'],
  async measure(effort) {
    const rows = []
    for (const size of { quick: [1_000], full: [10_000, 100_000] }[effort])
      rows.push(await measureChecks(size))
    const intro = `Each subordinate is fetched, with its entity tag, and has not changed. The last column is what one check of all in an hour
costs of one core.`
    const head = ['subordinates', 'checks', 'processor time of one', 'memory before, after', 'hourly']
    return [section('Checks by the clock', intro, head, rows)]
  },
}

async function startMembers() {
  const [installation, members] = [await prepareInstallation(), await startEntities()]
  const program = await installation.start()
  await stopSchedules(installation)
  const close = () => Promise.all([installation.close(), members.end()])
  return { installation, members, program, close }
}

async function measureChecks(subordinates: number): Promise<string[]> {
  const { installation, program, members, close } = await startMembers()
  await insertSubordinates(installation, subordinates, `${members.url}/`)
  await program.ask('rebuild') // signs
  const { clock, each, result, before } = await check(installation, program, '"1"')
  const { memory: after } = await program.usage()
  await close()
  // Some come to their place in the interval meanwhile, and are checked again.
  if (result < subordinates) throw new Error(`${result} of ${subordinates} were checked`)
  return [
    number(subordinates),
    `${number(result / clock)} a second`,
    `${each.toFixed(2)} ms`,
    `${megabytes(before)}, ${megabytes(after)}`,
    `${((subordinates * each) / 36_000).toFixed(1)} %`,
  ]
}

/** As an hour after the check before, which saw this entity tag. `each`: milliseconds of processor time. */
async function check({ query }: Installation, program: Program, etag: string | null) {
  await query(
    `INSERT INTO "SubordinateCheck" ("subordinateId", "nextAt", "etag")
     SELECT "id", now() - interval '1 minute', $1::text FROM "Subordinate"
     ON CONFLICT ("subordinateId") DO UPDATE SET "nextAt" = excluded."nextAt", "etag" = excluded."etag"`,
    [etag],
  )
  await setTimeout(1_000)
  const { memory: before } = await program.usage()
  const { clock, processor, result } = await program.time(async () => Number(await program.ask('check')))
  return { before, clock, result, each: (processor * 1000) / result }
}

async function registerAll(admin: AdminClient, base: string, entities: number): Promise<void> {
  let next = 0
  const work = async () => {
    while (next < entities)
      await mutate(admin, 'registerSubordinate', { entityId: `${base}/${next++}` }, 'subordinate')
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, work))
}

async function importAll(admin: AdminClient, base: string, entities: number): Promise<void> {
  const lines = Array.from({ length: entities }, (_, at) => `${base}/imported/${at}`)
  const { id } = await mutate(admin, 'importSubordinates', { lines }, 'run')
  await endOf(admin, id)
}

async function renewAll(admin: AdminClient, entities: number): Promise<void> {
  const { id } = await mutate(admin, 'startRenewal', { kind: 'SUBORDINATES' }, 'run')
  const { done, state } = await endOf(admin, id)
  if (done !== entities) throw new Error(`${done} of ${entities} were renewed (${state})`)
}
