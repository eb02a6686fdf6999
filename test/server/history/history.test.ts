/** Tests that the history has the bytes that Redis had at each time, after random publications, changes and removals. */
import { encodeGlobalID } from '@pothos/plugin-relay'
import fc from 'fast-check'
import { beforeAll, expect, it, vi } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { patience } from '#test/helpers/patience.ts'
import { memberInFile, register } from '#test/helpers/subordinate.ts'
import { trustMarksOf } from '#test/helpers/trust-mark.ts'
import { keptState, type PublishedState, publishedState } from './published-state.ts'

const admin = adminInFile()
const leaves = [memberInFile(admin), memberInFile(admin)] as const
const { createType, issueOf, change } = trustMarksOf(() => admin)
const types: string[] = []
beforeAll(async () => {
  for (const statusList of [true, false]) types.push((await createType({ statusList })).type)
})

const flushed = () =>
  vi.waitFor(async () => expect(await admin.server.db.outboxEntry.count()).toBe(0), patience)

/** What Redis has now, and a time at which it does. Nothing is published in the millisecond of that time, or the next. */
async function look(): Promise<{ at: Date; state: PublishedState }> {
  await flushed()
  const state = await publishedState(admin.redis.client)
  const at = new Date()
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(at.getTime() + 1))
  return { at, state }
}

const idOf = async (entityId: string) =>
  (await admin.server.db.subordinate.findUnique({ where: { entityId } }))?.id

/** A change of a member. An entity that is none is registered instead. */
const ofMember =
  (name: string, selection = 'id') =>
  async (entityId: string, input: object = {}) => {
    const id = await idOf(entityId)
    if (id === undefined) return register(admin, { id: entityId })
    return admin.mutate(name, { id: encodeGlobalID('Subordinate', id), ...input }, selection)
  }

/** A change of the mark of the type and the entity. Without one that is valid, one is issued instead. */
const ofMark = (name: 'renew' | 'revoke') => async (entityId: string, type: string) => {
  const where = { entityId, active: true, trustMarkType: { type } }
  const mark = await admin.server.db.trustMark.findFirst({ where })
  return mark ? change(name, encodeGlobalID('TrustMark', mark.id)) : issueOf(type, { entityId })
}

let hours = 100
const operations: Record<string, (entityId: string, type: string) => Promise<unknown>> = {
  update: (id) => ofMember('updateSubordinate')(id, { validFor: ++hours }),
  annotate: (id) => ofMember('updateSubordinate')(id, { note: `note ${++hours}` }),
  deactivate: (id) => ofMember('deactivateSubordinate')(id),
  reactivate: (id) => ofMember('reactivateSubordinate')(id),
  remove: (id) => ofMember('removeSubordinate', '')(id),
  renew: ofMark('renew'),
  revoke: ofMark('revoke'),
  signAll: () => admin.mutate('updateTrustAnchor', { statementHours: ++hours }, 'version', 'admin'),
  rebuild: () => admin.server.publisher.rebuild(),
  loseRedis: async () => {
    await admin.redis.client.flushall()
    await admin.server.publisher.rebuild()
  },
}

const step = fc.record({
  name: fc.constantFrom(...Object.keys(operations)),
  leaf: fc.nat(leaves.length - 1),
  type: fc.nat(1),
})

it('has what Redis had at each time', async () => {
  const looks = [await look()]
  const run = async (steps: { name: string; leaf: number; type: number }[]) => {
    for (const { name, leaf, type } of steps) {
      await operations[name]?.(leaves[leaf]?.id ?? '', types[type] ?? '')
      looks.push(await look())
    }
  }
  const every = Object.keys(operations).map((name) => ({ name, leaf: 0, type: 0 }))
  await run(every)
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 12 }), run), {
    numRuns: 3,
    seed: 58,
  })
  for (const { at, state } of looks) expect(await keptState(admin.server.db, at)).toEqual(state)
  expect(new Set(looks.map(({ state }) => JSON.stringify(state))).size).toBeGreaterThan(20)
  const kept = await admin.server.db.pastObject.groupBy({
    by: 'kind',
    _count: true,
    orderBy: { kind: 'asc' },
  })
  expect(kept.map(({ kind }) => kind)).toEqual([1, 2, 3, 4, 6])
})
