/** Tests which Trust Marks a plan ends (§7). */
import { beforeEach, expect, it } from 'vitest'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { jobCaller } from '#server/identity/caller.ts'
import type { PlannedState } from '#server/services/effect/planned-state.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { memberInFile, register } from '#test/helpers/subordinate.ts'
import { effectOn } from '#test/server/effect/effect-context.ts'

const admin = adminInFile()
const leaf = memberInFile(admin)
const caller = jobCaller('test')
const [first, second] = ['https://ta.example.org/marks/1', 'https://ta.example.org/marks/2']
const elsewhere = 'https://elsewhere.example.org'

beforeEach(async () => {
  const { db, services } = admin.server
  if (await db.trustMark.findFirst()) return
  await register(admin, leaf)
  for (const type of [first, second]) {
    await services.trustMarkTypes.create(caller, { type })
    for (const entityId of [leaf.id, elsewhere])
      await services.trustMarks.issue(caller, { trustMarkType: type, entityId })
  }
})

const endedBy = async (planned: PlannedState) => (await effectOn(admin, planned)).marksEnd
const ofType = (type: string, after: object | null): PlannedState => ({
  marks: { types: new Map([[type, { after }]]) },
})
const both = () => [leaf.id, elsewhere].sort()

it.for([
  ['TYPE_DEACTIVATED', { active: false }],
  ['TYPE_REMOVED', null],
] as const)('ends all marks of a type: %s', async ([reason, after]) => {
  expect(await endedBy(ofType(first, after))).toEqual([
    { trustMarkType: first, reason, count: 2, examples: both() },
  ])
})

it('ends the marks of a removed member, unless they stay', async () => {
  const members = new Map([[leaf.id, { after: null }]])
  expect(await endedBy({ members })).toEqual(
    [first, second].map((trustMarkType) => ({
      ...{ trustMarkType, reason: 'HOLDER_REMOVED' },
      ...{ count: 1, examples: [leaf.id] },
    })),
  )
  expect(await endedBy({ members, marks: { kept: new Set([leaf.id]) } })).toEqual([])
  expect(await endedBy({ members: new Map([[leaf.id, { after: { active: false } }]]) })).toEqual([])
})

it('ends revoked marks, each once, with the first reason', async () => {
  const planned = {
    ...ofType(first, { active: false }).marks,
    ended: [{ trustMarkType: first, entityId: elsewhere }],
  }
  expect(await endedBy({ marks: planned })).toEqual([
    { trustMarkType: first, reason: 'REVOKED', count: 1, examples: [elsewhere] },
    { trustMarkType: first, reason: 'TYPE_DEACTIVATED', count: 1, examples: [leaf.id] },
  ])
  expect(
    await endedBy({ marks: { ended: [{ trustMarkType: first, entityId: 'https://no.example.org' }] } }),
  ).toEqual([])
})

it('ends marks without a delegation of the new owner of their type', async () => {
  const owner = {
    sub: 'https://owner.example.org',
    jwks: { keys: [toPublicJwk(await generateSigningKey('ES256'))] },
  }
  const expected = [{ trustMarkType: second, reason: 'DELEGATION', count: 2, examples: both() }]
  expect(await endedBy(ofType(second, { owner }))).toEqual(expected)
  expect(await endedBy({ settings: { trustMarkOwners: { [second]: owner } } })).toEqual(expected)
  expect(
    await endedBy({ settings: { trustMarkOwners: { 'https://other.example.org/mark': owner } } }),
  ).toEqual([])
})

it('ends marks in configurations of members whose issuer is no longer recognized', async () => {
  const type = 'https://elsewhere.example.org/marks/1'
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const mark = (claims: object) => [encode({ alg: 'ES256' }), encode(claims), 'c2ln'].join('.')
  const marks = [
    { trust_mark_type: type, trust_mark: mark({ iss: elsewhere }) },
    { trust_mark_type: `${type}/expired`, trust_mark: mark({ iss: elsewhere, exp: 1 }) },
    { trust_mark_type: `${type}/unreadable`, trust_mark: 'x' },
  ]
  const { db } = admin.server
  const { entityConfiguration } = await db.subordinate.findUniqueOrThrow({ where: { entityId: leaf.id } })
  const [header, claims = '', signature] = entityConfiguration.split('.')
  const declared = { ...JSON.parse(Buffer.from(claims, 'base64url').toString()), trust_marks: marks }
  const changed = [header, encode(declared), signature].join('.')
  await db.subordinate.update({ where: { entityId: leaf.id }, data: { entityConfiguration: changed } })
  const trustMarkIssuers = Object.fromEntries(
    marks.map(({ trust_mark_type }) => [trust_mark_type, [elsewhere]]),
  )
  await db.settings.updateMany({ data: { trustMarkIssuers } })
  const expected = [{ trustMarkType: type, reason: 'ISSUER', count: 1, examples: [leaf.id] }]
  expect(await endedBy({ settings: { trustMarkIssuers: {} } })).toEqual(expected)
  expect(
    await endedBy({ settings: { trustMarkIssuers: { ...trustMarkIssuers, [type]: [leaf.id] } } }),
  ).toEqual(expected)
  expect(await endedBy({ settings: { trustMarkIssuers: { ...trustMarkIssuers, [type]: [] } } })).toEqual([])
  await db.settings.updateMany({ data: { trustMarkIssuers: {} } })
  await db.subordinate.update({ where: { entityId: leaf.id }, data: { entityConfiguration } })
})

it('leaves out marks that are invalid already', async () => {
  await admin.server.db.trustMark.updateMany({
    where: { entityId: elsewhere },
    data: { invalidReason: 'The key that signed it is no longer valid.' },
  })
  expect(await endedBy(ofType(first, null))).toMatchObject([{ count: 1, examples: [leaf.id] }])
})
