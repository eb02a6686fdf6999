/** Measures how long the effect of a plan on members and on entities below Intermediates takes. */
import { migrate } from '#prisma/migrate.ts'
import { connectDatabase } from '#server/database/client.ts'
import { effectOf } from '#server/services/effect/plan-effect.ts'
import type { PlannedMember, PlannedState } from '#server/services/effect/planned-state.ts'
import { startDatabase } from '#test/helpers/database.ts'
import { milliseconds, number, type Part, section } from './document.ts'
import { insertEntities, intermediateId, leafId } from './effect-rows.ts'
import { entityId } from './fill.ts'

/** Each is measured twice; the second time counts, when the database has read the rows. */
const ROUNDS = 2

export const effectPart: Part = {
  name: 'plan-effect',
  usual: ['quick', 'full'],
  async measure(effort, say) {
    const columns: string[][] = []
    const sizes = { quick: [10_000], full: [10_000, 100_000] }[effort]
    for (const size of sizes) columns.push(await measureEffects(size, say))
    const intro = `Each member declares other metadata; one in fifty is an Intermediate, and there are as many entities below them as members.
"without a crawl" is the time of the members alone.`
    const head = ['members', ...sizes.map(number)]
    const names = Object.keys(plansFor(sizes[0] ?? 0))
    const rows = ['without a crawl: a policy', ...names].map((name, at) => [
      name,
      ...columns.map((column) => column[at] ?? ''),
    ])
    return [section('Effect of a plan', intro, head, rows)]
  },
}

const policy: PlannedState = {
  settings: {
    metadataPolicy: {
      openid_relying_party: {
        token_endpoint_auth_method: { one_of: ['private_key_jwt'] },
        scope: { subset_of: ['openid', 'email'] },
        policy_uri: { default: 'https://ta.example/policy' },
      },
    },
  },
}

const changing = (
  count: number,
  after: PlannedMember['after'],
  idOf: (at: number) => string,
): PlannedState => ({
  members: new Map(Array.from({ length: count }, (_, at) => [idOf(at), { after }])),
})

const plansFor = (members: number): Record<string, PlannedState> => ({
  'a policy': policy,
  'naming constraints': {
    settings: { constraints: { naming_constraints: { excluded: ['.org-7.example'] } } },
  },
  'allowed Entity Types': { settings: { constraints: { allowed_entity_types: ['openid_provider'] } } },
  'terms of every member': changing(
    members,
    { metadataPolicy: policy.settings?.metadataPolicy ?? null },
    leafId,
  ),
  'ten members are deactivated': changing(10, { active: false }, leafId),
  'an Intermediate is removed': changing(1, null, intermediateId),
})

async function measureEffects(members: number, say: (line: string) => void): Promise<string[]> {
  const database = await startDatabase()
  await migrate(database.url)
  const db = connectDatabase(database.url)
  const crawl = await insertEntities(db, members)
  const measured: string[] = []
  const time = async (name: string, planned: PlannedState) => {
    let taken = 0
    for (let round = 0; round < ROUNDS; round++) {
      const [begun, used] = [performance.now(), process.cpuUsage()]
      const effect = await effectOf(contextOf(db), planned)
      taken = performance.now() - begun
      const { user, system } = process.cpuUsage(used)
      if (!effect.isComplete || effect.stops.length + effect.changes.length === 0)
        throw new Error(`${name}: the effect is not complete`)
      say(
        `  ${number(members)} ${name}: ${milliseconds(taken)}, ${milliseconds((user + system) / 1000)} of processor time`,
      )
    }
    measured.push(milliseconds(taken))
  }
  await time('without a crawl', policy)
  await crawl()
  for (const [name, planned] of Object.entries(plansFor(members))) await time(name, planned)
  await db.$disconnect()
  await database.close()
  return measured
}

const contextOf = (db: ReturnType<typeof connectDatabase>) => ({
  ...{ db, entityId, allowHttp: false, now: () => new Date() },
  get signingKeys(): never {
    throw new Error('These plans change no Trust Marks.')
  },
})
