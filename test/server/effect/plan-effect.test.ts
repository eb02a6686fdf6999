/** Tests what a plan does to members and to entities below Intermediates, for each kind of change. */
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import type { PlannedChange, PlannedState } from '#server/services/effect/planned-state.ts'
import type { PlanGroup } from '#server/services/effect/tally.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingParty, startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { below } from '#test/helpers/federation.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { registerMany } from '#test/helpers/many-entities.ts'
import { startRun, watchRun } from '#test/helpers/run.ts'
import { memberInFile, register } from '#test/helpers/subordinate.ts'
import { effectOn } from '#test/server/effect/effect-context.ts'

const admin = adminInFile()
const leaf = memberInFile(admin)
const federation = inFile(() => below(admin.entityId).intermediate().leaf().start())
/** A second Intermediate, with an entity that the first one lists too. */
const other = inFile(() => startEntity({ authorityHints: [admin.entityId] }))
const shared = inFile(() =>
  startEntity({ metadata: relyingParty, authorityHints: [federation.top.id, other.id] }),
)

beforeAll(async () => {
  federation.top.adopt(shared)
  other.adopt(shared)
  for (const entity of [leaf, federation.top, other]) await register(admin, entity)
  await watchRun(admin, await startRun(admin, 'startCollectionWalk'))
})

const client = relyingParty.openid_relying_party
const effect = (planned: PlannedState) => effectOn(admin, planned)
const change = ({ id }: Pick<TestEntity, 'id'>, after: PlannedChange | null) =>
  effect({ members: new Map([[id, { after }]]) })
const set = ({ id: entityId }: Pick<TestEntity, 'id'>, data: object) =>
  admin.server.db.subordinate.update({ where: { entityId }, data })

const reasonsOf = (groups: readonly PlanGroup[]) =>
  groups
    .map(({ place, examples, reason }) => [place, examples.map(({ entityId }) => entityId), reason])
    .sort()
const nothing = { stops: [], starts: [], changes: [] }

let requests: number
const countRequests = () =>
  [leaf, federation.top, federation.leaf, other, shared].reduce((sum, each) => sum + each.requests.length, 0)
beforeEach(() => {
  requests = countRequests()
  return () => expect(countRequests()).toBe(requests)
})

it('says which parameters a policy changes, and whom it refuses, in both places', async () => {
  const metadataPolicy = {
    openid_relying_party: {
      client_name: { value: 'New' },
      redirect_uris: { superset_of: ['https://x.example'] },
    },
  }
  const found = await effect({ settings: { metadataPolicy } })
  expect(reasonsOf(found.stops)).toEqual([
    [
      'BELOW',
      expect.arrayContaining([federation.leaf.id, shared.id]),
      expect.stringContaining('redirect_uris'),
    ],
    ['MEMBER', [leaf.id], expect.stringContaining('redirect_uris')],
  ])
  expect(found.stops[0]).toMatchObject({
    path: ['openid_relying_party', 'redirect_uris'],
    operator: 'superset_of',
    count: 2,
  })
  const {
    changes,
    members,
    below: elsewhere,
  } = await effect({
    settings: { metadataPolicy: { openid_relying_party: { client_name: { value: 'New' } } } },
  })
  expect(changes).toMatchObject([
    {
      place: 'BELOW',
      path: ['openid_relying_party', 'client_name'],
      before: client?.client_name,
      after: 'New',
      count: 2,
    },
    { place: 'MEMBER', examples: [{ entityId: leaf.id, displayName: client?.client_name }] },
  ])
  expect([members, elsewhere]).toMatchObject([
    { changes: 1, examined: 3, unknown: 0 },
    { changes: 2, examined: 2, unknown: 0 },
  ])
})

it('says what a policy lets resolve again', async () => {
  const { db } = admin.server
  const metadataPolicy = { openid_relying_party: { client_name: { one_of: ['Nobody'] } } }
  await db.settings.updateMany({ data: { metadataPolicy } })
  const { starts, stops } = await effect({ settings: { metadataPolicy: {} } })
  expect(reasonsOf(starts)).toEqual([
    [
      'BELOW',
      expect.arrayContaining([federation.leaf.id, shared.id]),
      expect.stringContaining('client_name'),
    ],
    ['MEMBER', [leaf.id], expect.stringContaining('client_name')],
  ])
  expect(stops).toEqual([])
  await db.settings.updateMany({ data: { metadataPolicy: {} } })
})

it('stops an Intermediate that is removed or deactivated, and who has no other chain', async () => {
  const { id } = federation.top
  const unreachable = [
    'BELOW',
    [federation.leaf.id],
    expect.stringContaining(`${id} is not an active subordinate`),
  ]
  const removed = await change(federation.top, null)
  expect(reasonsOf(removed.stops)).toEqual([unreachable, ['MEMBER', [id], 'It is removed.']])
  const deactivated = await change(federation.top, { active: false })
  expect(reasonsOf(deactivated.stops)).toEqual([unreachable, ['MEMBER', [id], 'It is deactivated.']])
  expect(deactivated).toMatchObject({
    starts: [],
    changes: [],
    members: { examined: 1 },
    below: { examined: 2 },
  })
})

it('starts a member that is active again, and what is below it', async () => {
  await set(federation.top, { active: false })
  const { starts } = await change(federation.top, { active: true })
  expect(reasonsOf(starts)).toEqual([
    ['BELOW', [federation.leaf.id], expect.stringContaining('is not an active subordinate')],
    ['MEMBER', [federation.top.id], expect.stringContaining('is not an active subordinate')],
  ])
  await set(federation.top, { active: true })
})

it('applies the terms of a member to it and to what is below it', async () => {
  const forced = await change(leaf, { forcedMetadata: { openid_relying_party: { client_name: 'Forced' } } })
  expect(forced.changes).toMatchObject([
    { place: 'MEMBER', path: ['openid_relying_party', 'client_name'], after: 'Forced' },
  ])
  const metadataPolicy = { openid_relying_party: { contacts: { default: ['a@example.org'] } } }
  const policy = await change(federation.top, { metadataPolicy })
  expect(policy.changes).toMatchObject([
    {
      place: 'BELOW',
      path: ['openid_relying_party', 'contacts'],
      before: undefined,
      after: ['a@example.org'],
    },
  ])
  // The other one may be preferred for the entity that both list.
  expect(policy.changes[0]?.examples).toContainEqual(
    expect.objectContaining({ entityId: federation.leaf.id }),
  )
})

it('applies the constraints of a member to what is below it, unless it has another chain', async () => {
  const constraints = { allowed_entity_types: [] }
  const { changes, stops } = await change(federation.top, { constraints })
  expect(changes).toMatchObject([
    { path: ['openid_relying_party'], before: true, after: undefined, isMixed: false },
  ])
  expect(stops).toEqual([])
  const excluded = await change(federation.top, {
    constraints: { naming_constraints: { permitted: ['x.example'] } },
  })
  expect(reasonsOf(excluded.stops)).toEqual([
    ['BELOW', [federation.leaf.id], expect.stringContaining('outside the names')],
    ['MEMBER', [federation.top.id], expect.stringContaining('outside the names')],
  ])
})

it('applies the constraints of the federation', async () => {
  const { stops } = await effect({ settings: { constraints: { max_path_length: 0 } } })
  expect(reasonsOf(stops)).toEqual([
    ['BELOW', expect.arrayContaining([federation.leaf.id, shared.id]), expect.stringContaining('at most 0')],
  ])
})

it('stops a member whose configuration none of its new keys has signed, and an Intermediate’s entities', async () => {
  const strange = { keys: [toPublicJwk(await generateSigningKey('ES256'))] }
  const lost = await change(leaf, { jwks: strange })
  expect(lost.stops).toMatchObject([{ place: 'MEMBER', path: ['jwks'], examples: [{ entityId: leaf.id }] }])
  const both = await change(federation.top, { jwks: strange })
  expect(reasonsOf(both.stops)).toEqual([
    ['BELOW', [federation.leaf.id], expect.stringContaining(`${federation.top.id} signs with the key`)],
    ['MEMBER', [federation.top.id], expect.stringContaining('is signed with the key')],
  ])
  const more = { keys: [...strange.keys, ...leaf.keys.keys] }
  expect(await change(leaf, { jwks: more })).toMatchObject(nothing)
  expect(await change(leaf, { jwks: null })).toMatchObject(nothing)
  await set(leaf, { jwks: strange })
  expect(reasonsOf((await change(leaf, { jwks: leaf.keys })).starts)).toEqual([
    ['MEMBER', [leaf.id], expect.stringContaining('is signed with the key')],
  ])
  await set(leaf, { jwks: leaf.keys })
})

it('leaves out what does not resolve already, and does not know what was never stored', async () => {
  await set(leaf, { failingCode: 'KEYS', failingSince: new Date(), lastError: 'It signs with another key.' })
  expect(await change(leaf, null)).toMatchObject({ ...nothing, members: { examined: 1, unknown: 0 } })
  const renewed = await change(leaf, { jwks: leaf.keys })
  expect(renewed).toMatchObject({ ...nothing, members: { examined: 1, unknown: 1 } })
  await set(leaf, { failingCode: null, failingSince: null, lastError: null })
})

it('starts a member whose expired statement the plan signs again', async () => {
  const { statementExpiresAt } = await admin.server.db.subordinate.findUniqueOrThrow({
    where: { entityId: leaf.id },
  })
  await set(leaf, { statementExpiresAt: new Date(0) })
  const { starts } = await effect({ settings: { statementHours: 100 } })
  expect(reasonsOf(starts)).toEqual([['MEMBER', [leaf.id], 'Its Subordinate Statement has expired.']])
  await set(leaf, { statementExpiresAt })
})

it('examines only what the plan touches, names new members, and ignores what is not registered', async () => {
  const unknown = { id: 'https://unknown.example.org' }
  const { members, below: elsewhere } = await change(leaf, { metadataPolicy: null })
  expect([members.examined, elsewhere.examined]).toEqual([1, 0])
  expect(await change(unknown, null)).toMatchObject({ ...nothing, members: { examined: 0 } })
  const newMembers = Array.from({ length: 30 }, (_, at) => `https://new-${at}.example.org`)
  const added = await effect({ newMembers, settings: { displayName: 'Unpublished' } })
  expect(added).toMatchObject({
    ...nothing,
    members: { examined: 0 },
    newMembers: { count: 30 },
    isComplete: true,
  })
  expect(added.newMembers.examples).toEqual(newMembers.slice(0, 20))
  const taken = await effect({ newMembers: [shared.id], settings: { constraints: { max_path_length: 0 } } })
  expect(reasonsOf(taken.stops)).toMatchObject([['BELOW', [federation.leaf.id], expect.anything()]])
})

it('counts all of a group and names twenty, in the order of their identifiers', async () => {
  const many = await registerMany(admin.server.db, admin.entityId, 25)
  const ids = many.ids.toSorted()
  const { stops } = await effect({ members: new Map(ids.map((id) => [id, { after: null }])) })
  expect(stops).toMatchObject([{ place: 'MEMBER', reason: 'It is removed.', count: 25 }])
  expect(stops[0]?.examples.map(({ entityId }) => entityId)).toEqual(ids.slice(0, 20))
  await many.close()
  await admin.server.db.subordinate.deleteMany({ where: { entityId: { in: ids } } })
})

it('names the Intermediates below which the crawl read nothing', async () => {
  const { db } = admin.server
  const wide = { settings: { metadataPolicy: { openid_relying_party: { client_name: { value: 'New' } } } } }
  expect(await effect(wide)).toMatchObject({ unread: { count: 0 }, crawledAt: expect.any(Date) })
  await db.collectedStatement.deleteMany({ where: { superior: other.id } })
  expect(await effect(wide)).toMatchObject({ unread: { count: 1, examples: [other.id] } })
  expect(await change(federation.top, { active: false })).toMatchObject({ unread: { count: 0 } })
  expect(await change(other, { active: false })).toMatchObject({ unread: { count: 1 } })
  await db.collectionEvaluation.deleteMany()
  expect(await effect(wide)).toMatchObject({ unread: { count: 2 }, crawledAt: null })
})
