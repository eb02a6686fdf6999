/** Tests that the effect of a plan is what the resolver finds after it is applied, for random plans. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { JwkSet } from '#core/keys.ts'
import { jobCaller } from '#server/identity/caller.ts'
import { enqueue, toPublish } from '#server/publish/outbox.ts'
import type { PlannedMember, PlannedState } from '#server/services/effect/planned-state.ts'
import { EntityRejectedError } from '#server/services/entity/checks.ts'
import { toColumns } from '#server/services/subordinate/row.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { effectOn } from '#test/server/effect/effect-context.ts'
import { compare, countsIn, countsOf, saidBy } from '#test/server/effect/found.ts'
import {
  type MemoryFederation,
  memberIds,
  type Resolution,
  startMemoryFederation,
} from '#test/server/effect/memory-federation.ts'
import { type MemberChange, plan, type RandomPlan } from '#test/server/effect/plan-arbitraries.ts'

/** `EFFECT_RUNS` sets another number of plans. */
const RUNS = Number(process.env.EFFECT_RUNS ?? 25)
const SEED = Number(process.env.EFFECT_SEED ?? 62)
const caller = jobCaller('test')
const markType = 'https://ta.example.org/marks/random'

const admin = adminInFile()

it('stops, starts and changes what the resolver then finds, and ends the marks that are then invalid', async () => {
  const federation = await startMemoryFederation(admin, SEED)
  const { services } = admin.server
  await services.trustMarkTypes.create(caller, { type: markType })
  const seen = new Set<string>()
  let before = await federation.resolveAll()
  for (const [run, random] of fc.sample(plan, { numRuns: RUNS, seed: SEED }).entries()) {
    const text = JSON.stringify(random)
    if (run % 5 === 0) {
      await restore(federation)
      before = await federation.resolveAll()
    }
    const planned = await toPlanned(random, federation)
    const marks = await readMarks()
    const effect = await effectOn(admin, planned)
    await apply(planned, federation)
    const after = await federation.resolveAll()
    const left = await readMarks()
    const differences = compare(before, after)
    expect(saidBy(effect), `run ${run}: ${text}`).toEqual(differences)
    expect(countsOf(effect), text).toEqual(countsIn(differences))
    const endedMarks = marks.filter((holder) => !left.includes(holder)).sort()
    expect(effect.marksEnd.flatMap(({ examples }) => examples).sort(), text).toEqual(endedMarks)
    await expectEvaluated(after, text)
    for (const [kind, found] of Object.entries({ ...differences, endedMarks }))
      if (found.length > 0) seen.add(kind)
    for (const { place } of effect.stops) seen.add(`stops ${place}`)
    before = after
  }
  expect([...seen].sort()).toEqual(
    ['changes', 'endedMarks', 'starts', 'stops', 'stops BELOW', 'stops MEMBER'].sort(),
  )
}, 3_600_000)

/** Registers again what earlier plans removed, and issues the marks that they revoked. */
async function restore({ insertMember }: MemoryFederation): Promise<void> {
  const { db, services, publisher } = admin.server
  const rows = await db.subordinate.findMany({ select: { entityId: true } })
  const known = new Set(rows.map(({ entityId }) => entityId))
  for (const id of memberIds) if (!known.has(id)) await insertMember(id)
  const { id } = await db.trustMarkType.findUniqueOrThrow({ where: { type: markType } })
  await services.trustMarkTypes.update(caller, { id, active: true })
  await services.trustMarks.judge()
  const held = await readMarks()
  for (const entityId of memberIds.filter((each) => !held.includes(each)))
    await services.trustMarks.issue(caller, { trustMarkType: markType, entityId })
  await publisher.flush(20_000)
}

async function toPlanned(random: RandomPlan, federation: MemoryFederation): Promise<PlannedState> {
  const { metadataPolicy, constraints, members = [], typeIsActive, revoked } = random
  const rows = await admin.server.db.subordinate.findMany({ select: { entityId: true } })
  const registered = new Set(rows.map(({ entityId }) => entityId))
  const touched = members.flatMap(({ at, after }): [string, PlannedMember][] => {
    const id = memberIds[at]
    return id !== undefined && registered.has(id) ? [[id, { after: toAfter(after, federation) }]] : []
  })
  return {
    settings: { ...(metadataPolicy ? { metadataPolicy } : {}), ...(constraints ? { constraints } : {}) },
    members: new Map(touched),
    marks: {
      types: new Map(typeIsActive === undefined ? [] : [[markType, { after: { active: typeIsActive } }]]),
      ended: revoked === undefined ? [] : [{ trustMarkType: markType, entityId: memberIds[revoked] ?? '' }],
    },
  }
}

function toAfter(change: MemberChange, { keys, foreign }: MemoryFederation): PlannedMember['after'] {
  if (change === null) return null
  const { jwks, ...others } = change
  if (jwks === undefined) return others
  const [one, two] = keys.keys
  if (!one || !two) throw new Error('an entity has two keys')
  const sets: Record<NonNullable<typeof jwks>, JwkSet | null> = {
    own: null,
    first: { keys: [one] },
    second: { keys: [two] },
    both: { keys: [two, one] },
    other: { keys: [foreign] },
  }
  return { ...others, jwks: sets[jwks] }
}

async function apply({ settings = {}, members, marks }: PlannedState, federation: MemoryFederation) {
  const { db, services, publisher } = admin.server
  const { metadataPolicy, constraints } = settings
  if (metadataPolicy) await services.trustAnchor.updatePolicy(caller, { metadataPolicy })
  if (constraints) await services.trustAnchor.update(caller, { constraints })
  for (const { entityId } of marks?.ended ?? []) {
    const mark = await db.trustMark.findFirst({ where: { entityId, active: true } })
    if (mark) await services.trustMarks.revoke(caller, mark.id, null)
  }
  for (const [type, { after }] of marks?.types ?? []) {
    const { id } = await db.trustMarkType.findUniqueOrThrow({ where: { type } })
    await services.trustMarkTypes.update(caller, { id, ...after })
  }
  for (const [entityId, { after }] of members ?? []) await applyTo(entityId, after, federation)
  await services.trustMarks.judge()
  await publisher.flush(20_000)
}

async function applyTo(
  entityId: string,
  after: PlannedMember['after'],
  { configurations }: MemoryFederation,
) {
  const { db, services } = admin.server
  const { id } = await db.subordinate.findUniqueOrThrow({ where: { entityId } })
  if (after === null) return services.subordinates.remove(caller, id)
  const { active, ...fields } = after
  if (Object.keys(fields).length > 0) {
    const fetch = async () => configurations.get(entityId) ?? ''
    await services.subordinates
      .update(caller, { id, ...fields }, fetch)
      .catch((error) => force(error, id, fields))
  }
  if (active === false) await services.subordinates.deactivate(caller, id)
  if (active === true) await services.subordinates.reactivate(caller, id)
}

/** The service refuses what keeps the member from resolving. Earlier versions wrote it, and imports of a database do. */
async function force(
  error: unknown,
  id: number,
  fields: Omit<NonNullable<PlannedMember['after']>, 'active'>,
) {
  if (!(error instanceof EntityRejectedError)) throw error
  const { db } = admin.server
  const { entityId, entityConfiguration } = await db.subordinate.findUniqueOrThrow({ where: { id } })
  const { jwks, ...others } = fields
  const own = JSON.parse(Buffer.from(entityConfiguration.split('.')[1] ?? '', 'base64url').toString())
  await db.$transaction(async (tx) => {
    const data = { ...toColumns(others), jwks: jwks ?? own.jwks, version: { increment: 1 } }
    await tx.subordinate.update({ where: { id }, data })
    await enqueue(tx, [toPublish('subordinate', entityId)])
  })
}

async function readMarks(): Promise<string[]> {
  const where = { active: true, invalidReason: null }
  const rows = await admin.server.db.trustMark.findMany({ where, orderBy: { entityId: 'asc' } })
  return rows.map(({ entityId }) => entityId)
}

/** The stored state of entities below Intermediates, after its evaluation, agrees with the resolver too. */
async function expectEvaluated(found: Resolution, text: string): Promise<void> {
  const { db, services } = admin.server
  await services.collection.evaluate({ signal: new AbortController().signal })
  const rows = await db.collectedEntity.findMany({ where: { state: { not: null } }, orderBy: { id: 'asc' } })
  const stored = rows.map(({ entityId, state }) => [entityId, state])
  const resolved = rows.map(({ entityId }) => [entityId, found.get(entityId) ? 'ACTIVE' : 'DOES_NOT_RESOLVE'])
  expect(stored, text).toEqual(resolved)
}
