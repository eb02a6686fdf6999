/** Tests that what a plan says is what the resolver finds after it is applied, for random sources. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { jobCaller } from '#server/identity/caller.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { watchRun } from '#test/helpers/run.ts'
import { compare, countsIn, countsOf, type SayingEffect, saidBy } from '#test/server/effect/found.ts'
import {
  type MemoryFederation,
  memberIds,
  startMemoryFederation,
} from '#test/server/effect/memory-federation.ts'
import { constraints, federationPolicy } from '#test/server/effect/plan-arbitraries.ts'
import { applying, planOf } from './planned.ts'

/** `SOURCE_RUNS` sets another number of plans of each source. */
const RUNS = Number(process.env.SOURCE_RUNS ?? 8)
const SEED = Number(process.env.SOURCE_SEED ?? 3)
const TYPE = 'https://ta.example.org/marks/random'
const caller = jobCaller('test')
const admin = adminInFile()

type Version = { version: { which: number; side: 'BEFORE' | 'AFTER' } }
type Random = Version | object

const members = fc
  .uniqueArray(fc.nat({ max: memberIds.length - 1 }), { minLength: 1, maxLength: 4 })
  .map((chosen) => chosen.flatMap((at) => memberIds[at] ?? []))
const actions = fc.constantFrom('DEACTIVATE', 'REACTIVATE', 'REMOVE', 'ISSUE_TRUST_MARK', 'REVOKE_TRUST_MARK')
const selection = fc.record({ action: actions, entityIds: members }).map(({ action, entityIds }) => ({
  selection: {
    ...{ action, subordinates: { entityIds } },
    ...(action.endsWith('TRUST_MARK') ? { trustMarkType: TYPE } : {}),
  },
}))
const settings = fc
  .record({ metadataPolicy: federationPolicy, constraints }, { requiredKeys: [] })
  .filter((given) => Object.keys(given).length > 0)
  .map((given) => ({ settings: given }))
const version = fc
  .record({ which: fc.nat({ max: 20 }), side: fc.constantFrom('BEFORE', 'AFTER') })
  .map((given) => ({ version: given }))

const QUERY = `query ($source: PlanSourceInput!) { plan(source: $source, anchor: "main") {
  hash faults { message } steps { section key verb }
  effect {
    stops { ...group } starts { ...group } changes { ...group }
    members { stops starts changes unknown } below { stops starts changes unknown }
    marksEnd { count examples }
  } } }
  fragment group on ConfigurationEffectGroup { path before after entities { entityId } }`

type Group = { path: string; before: unknown; after: unknown; entities: { entityId: string }[] }

/** The groups of the API as the service has them: no name in these paths has a dot. */
const groupsOf = (groups: readonly Group[]) =>
  groups.map(({ path, entities, ...values }) => ({
    ...values,
    ...{ path: path === '' ? [] : path.split('.'), examples: entities },
  }))

async function read(source: object) {
  const { data, errors } = await admin.execute(QUERY, { source })
  if (errors) throw new Error(JSON.stringify(errors))
  return data.plan
}

it('says who stops, starts and changes, and which marks end', { timeout: 3_600_000 }, async () => {
  const federation = await startMemoryFederation(admin, SEED)
  const { services } = admin.server
  await services.trustMarkTypes.create(caller, { type: TYPE })
  const samples = [selection, settings, version].map((each) =>
    fc.sample<Random>(each as fc.Arbitrary<Random>, { numRuns: RUNS, seed: SEED }),
  )
  const seen = new Set<string>()
  for (let run = 0; run < RUNS; run++) {
    if (run % 5 === 0) await restore(federation)
    for (const sample of samples) {
      const source = await sourceOf(sample[run] ?? {})
      if (!source) continue
      const text = `run ${run}: ${JSON.stringify(source)}`
      const [before, marks] = [await federation.resolveAll(), await holders()]
      const { hash, faults, steps, effect } = await read(source)
      expect(faults, text).toEqual([])
      if (steps.length === 0) continue
      const started = await applying(admin, { source, hash }, 'admin')
      const { state, failed } = (await watchRun(admin, started.id)).at(-1)?.run ?? {}
      expect([state, failed], text).toEqual(['SUCCEEDED', 0])
      await services.trustMarks.judge()
      await admin.server.publisher.flush(20_000)
      const found = compare(before, await federation.resolveAll())
      const { stops, starts, changes, members, below, marksEnd } = effect
      const said: SayingEffect = {
        ...{ stops: groupsOf(stops), starts: groupsOf(starts), changes: groupsOf(changes) },
      }
      expect(saidBy(said), text).toEqual(found)
      expect(countsOf({ members, below }), text).toEqual(countsIn(found))
      const left = await holders()
      const ended = marks.filter((holder) => !left.includes(holder))
      expect(marksEnd.flatMap(({ examples }: { examples: string[] }) => examples).sort(), text).toEqual(ended)
      expect((await planOf(admin, source)).steps, text).toEqual([])
      for (const [kind, entities] of Object.entries({ ...found, ended }))
        if (entities.length > 0) seen.add(`${Object.keys(source)} ${kind}`)
    }
  }
  for (const kind of [
    'selection stops',
    'selection ended',
    'settings stops',
    'settings changes',
    'version starts',
  ])
    expect([...seen]).toContain(kind)
})

/** Null: the audit log has no version yet. */
async function sourceOf(random: Random): Promise<object | null> {
  if (!('version' in random)) return random
  const { which, side } = random.version
  const entries = await admin.server.db.auditEvent.findMany({
    where: { action: { in: ['updateTrustAnchor', 'updateFederationPolicy'] }, outcome: 'SUCCEEDED' },
    orderBy: { id: 'desc' },
    take: 21,
    select: { id: true },
  })
  const entry = entries[which % Math.max(1, entries.length)]
  if (!entry) return null
  return { version: { auditEventId: Buffer.from(`AuditEvent:${entry.id}`).toString('base64'), side } }
}

/** Registers again what was removed, and issues the marks that have ended. */
async function restore({ insertMember }: MemoryFederation): Promise<void> {
  const { db, services, publisher } = admin.server
  const rows = await db.subordinate.findMany({ select: { entityId: true } })
  for (const id of memberIds.filter((each) => !rows.some(({ entityId }) => entityId === each)))
    await insertMember(id)
  const held = await holders()
  for (const entityId of memberIds.filter((each) => !held.includes(each)))
    await services.trustMarks.issue(caller, { trustMarkType: TYPE, entityId })
  await publisher.flush(20_000)
}

async function holders(): Promise<string[]> {
  const where = { active: true, invalidReason: null }
  const rows = await admin.server.db.trustMark.findMany({ where, select: { entityId: true } })
  return rows.map(({ entityId }) => entityId).sort()
}
