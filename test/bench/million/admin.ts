/** Measures how the cost of the admin server grows with the number of members: publication, the console, schedules. */
import { setTimeout } from 'node:timers/promises'
import type { AdminClient } from '#server/demo/admin-client.ts'
import { scheduleNames } from '#server/jobs/schedules.ts'
import { redisKeys } from '#store/keys.ts'
import { megabytes, milliseconds, number, type Say, type Section } from '../document.ts'
import { type Installation, mutate, prepareInstallation, stopSchedules, timeChange } from '../installation.ts'
import type { Program } from '../program.ts'
import { operations, type Samples } from './admin-operations.ts'
import { insertFederation } from './admin-rows.ts'
import { documents } from './console-documents.ts'
import { measureDocuments } from './documents.ts'
import { growthPart } from './growth.ts'
import { readSamples } from './samples.ts'

type Named = { name: string; taken: number }

/** They need the network, or start a run. */
const unmeasured = ['walk-collection', 'tell-alerts', 'check-certificate', 'verify-audit-log']

/** Of one document by one session. */
const SECONDS = 5
const MOST = 1_000_000
const ofDocuments: Section[] = []

/** Says each result as soon as it is known: a million members take most of an hour. */
export const adminGrowth = growthPart(
  'growth-admin',
  'A million members: the admin server',
  async (members, say) => {
    const installation = await prepareInstallation()
    const first = await installation.start()
    await stopSchedules(installation)
    await insertFederation(installation, members)
    say(`admin server: ${members} members are inserted`)
    const signing = await first.time(() => first.ask('rebuild'))
    const again = await first.time(() => first.ask('rebuild'))
    say(`  rebuilds: ${Math.round(signing.clock)} s, ${Math.round(again.clock)} s`)
    const { peak } = await first.usage()
    await installation.query('VACUUM ANALYZE "Subordinate"') // as autovacuum does some minutes later
    await first.end()

    const begun = performance.now()
    const program = await installation.start()
    const start = performance.now() - begun
    await setTimeout(5_000)
    const { memory } = await program.usage()
    const admin = await installation.openAdmin()
    const samples = await readSamples(installation)
    const change = await measureChange(installation, admin, samples)
    const queries = await measureOperations(admin, samples, say)
    const others = queries.filter((query) => !isEffect(query))
    if (members === MOST)
      ofDocuments.push(await measureDocuments(installation, program, members, SECONDS, say))
    const tasks = await measureSchedules(program, say)
    await installation.close()
    return [
      ['rebuild, signing all', `${number(signing.clock)} s`],
      ['rebuild, signing nothing', `${number(again.clock)} s`],
      ['most memory during the rebuilds', megabytes(peak)],
      ['start', milliseconds(start)],
      ['memory at rest', megabytes(memory)],
      ['a change is published', milliseconds(change)],
      ['effect of a policy on all members', describe(queries.find(isEffect))],
      ['slowest other query of the console', describe(others[0])],
      ['the next', describe(others[1])],
      ['slowest schedule', describe(tasks[0])],
      ['the next', describe(tasks[1])],
    ]
  },
  ofDocuments,
)

/** They compute the effect for each member. */
const isEffect = ({ name }: Named) => name.startsWith('PreviewPolicy') || name.startsWith('PolicyEffect')

const describe = (named: Named | undefined) => (named ? `${named.name}: ${milliseconds(named.taken)}` : '-')

async function measureChange({ redis }: Installation, admin: AdminClient, { subordinate }: Samples) {
  const { id, entityId } = subordinate
  const published = () => redis.hget(redisKeys().subordinates, entityId)
  const before = await published()
  const change = () => mutate(admin, 'updateSubordinate', { id, validFor: 777 }, 'subordinate')
  return timeChange(change, async () => (await published()) !== before)
}

/** The slowest request of each operation of the console, the slowest first. */
async function measureOperations(admin: AdminClient, samples: Samples, say: Say): Promise<Named[]> {
  const slowest: Named[] = []
  for (const [operation, casesOf] of Object.entries(operations)) {
    const query = documents.get(operation)
    if (query === undefined) throw new Error(`The console has no query ${operation}.`)
    const found: Named[] = []
    for (const { about, variables } of casesOf(samples))
      found.push(await timed(`${operation} ${about}`.trim(), () => admin(query, variables)))
    slowest.push(...slowestFirst(found).slice(0, 1))
    say(`  ${describe(slowest.at(-1))}`)
  }
  return slowestFirst(slowest)
}

async function measureSchedules(program: Program, say: Say): Promise<Named[]> {
  const found: Named[] = []
  for (const name of scheduleNames.filter((each) => !unmeasured.includes(each))) {
    found.push(await timed(name, () => program.ask(name)))
    say(`  ${describe(found.at(-1))}`)
  }
  return slowestFirst(found)
}

async function timed(name: string, work: () => Promise<unknown>): Promise<Named> {
  const begun = performance.now()
  await work()
  return { name, taken: performance.now() - begun }
}

const slowestFirst = (found: readonly Named[]) => found.toSorted((a, b) => b.taken - a.taken)
