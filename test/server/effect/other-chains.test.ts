/** Tests the effect of a plan on members that an Intermediate lists too. */
import { beforeAll, expect, it } from 'vitest'
import { parseEntityStatement } from '#core/entity-statement/index.ts'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import type { PlannedChange } from '#server/services/effect/planned-state.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingParty, startEntity } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { register } from '#test/helpers/subordinate.ts'
import { effectOn } from '#test/server/effect/effect-context.ts'

const admin = adminInFile()
const intermediate = inFile(() => startEntity({ authorityHints: [admin.entityId] }))
const statement = { metadata: { openid_relying_party: { client_name: 'As the Intermediate says' } } }
const member = inFile(() =>
  startEntity({ metadata: relyingParty, authorityHints: [admin.entityId, intermediate.id], statement }),
)

/** A crawl that meets a member below an Intermediate first stores this. */
beforeAll(async () => {
  intermediate.adopt(member)
  for (const entity of [intermediate, member]) await register(admin, entity)
  const { collection } = admin.server.services
  const recorder = await collection.record(1)
  await recorder.entity(parse(await member.configuration()))
  const response = await fetch(`${intermediate.id}/fetch?sub=${encodeURIComponent(member.id)}`)
  await recorder.statement(intermediate.id, member.id, parse(await response.text()))
  await recorder.flush()
  await collection.adopt(1, { signal: new AbortController().signal })
})

const parse = (jwt: string) => parseEntityStatement(jwt, { allowHttp: true })

const change = (id: string, after: PlannedChange | null) =>
  effectOn(admin, { members: new Map([[id, { after }]]) })
const setKeys = (jwks: object) =>
  admin.server.db.subordinate.update({ where: { entityId: member.id }, data: { jwks } })
const foreign = async () => ({ keys: [toPublicJwk(await generateSigningKey('ES256'))] })

it.for([
  ['removed', null],
  ['deactivated', { active: false }],
] as const)('changes a member that is %s to the chain through the Intermediate', async ([, after]) => {
  const found = await change(member.id, after)
  expect(found).toMatchObject({ stops: [], starts: [], members: { examined: 1, changes: 1 } })
  const examples = [{ entityId: member.id }]
  const path = ['openid_relying_party', 'client_name']
  expect(found.changes).toMatchObject([
    { place: 'MEMBER', path, after: 'As the Intermediate says', examples },
  ])
})

it('stops a member that resolves through the removed Intermediate alone', async () => {
  expect((await change(intermediate.id, null)).stops).toMatchObject([
    { examples: [{ entityId: intermediate.id }] },
  ])
  await setKeys(await foreign())
  const { stops, members } = await change(intermediate.id, null)
  const names = stops.flatMap(({ place, examples }) => examples.map(({ entityId }) => [place, entityId]))
  expect(names.sort()).toEqual(
    [
      ['MEMBER', intermediate.id],
      ['MEMBER', member.id],
    ].sort(),
  )
  expect(members).toMatchObject({ examined: 2, stops: 2 })
  await setKeys(member.keys)
})

it('does not know it where the crawl read too little', async () => {
  const { db } = admin.server
  const row = await db.collectedEntity.findFirstOrThrow({ where: { entityId: member.id } })
  await db.collectedEntity.update({ where: { id: row.id }, data: { claims: null } })
  expect(await change(member.id, null)).toMatchObject({ stops: [], changes: [], members: { unknown: 1 } })
  await db.collectedEntity.update({ where: { id: row.id }, data: { claims: row.claims } })
})
