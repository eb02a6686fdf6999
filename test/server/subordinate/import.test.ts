/** Tests the import of a list of entities: a run registers each independently. */
import { expect, it } from 'vitest'
import type { Role } from '#server/identity/roles.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { itemsOf, watchRun } from '#test/helpers/run.ts'
import { listed, register, startLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()

const start = (subordinates: object[], as?: Role, further: object = {}) =>
  admin.mutate('importSubordinates', { subordinates, ...further }, 'id kind dryRun', as)

it('registers the valid entities, and reports why it refused each other one', {
  tags: 'mutation/importSubordinates/success',
}, async () => {
  const [known, good, bad, other] = await Promise.all(Array.from({ length: 4 }, () => startLeaf(admin)))
  if (!known || !good || !bad || !other) throw new Error('there are four')
  await register(admin, known)
  bad.misbehave('no authority hint')
  const { id, kind } = await start([
    { entityId: known.id, validFor: 12 },
    { entityId: good.id, validFor: 12 },
    { entityId: bad.id },
    { entityId: other.id, validFor: -1 },
  ])
  expect(kind).toBe('CONFIGURATION')
  const seen = await watchRun(admin, id)
  expect(seen.at(-1)?.run).toEqual({ state: 'SUCCEEDED', total: 4, done: 2, failed: 2 })
  const results = Object.fromEntries(itemsOf(seen).map(({ resource, ...rest }) => [resource, rest]))
  expect(results).toMatchObject({
    [known.id]: { ok: true, message: 'This member exists already, and stays as it is.' },
    [good.id]: { ok: true, message: null },
    [bad.id]: { ok: false, message: expect.stringContaining('authority_hints') },
    [other.id]: { ok: false, message: expect.stringContaining('validFor') },
  })
  expect(await listed(admin)).toEqual([known.id, good.id].sort())
  const entries = await admin.server.db.auditEvent.findMany({ where: { resource: good.id } })
  expect(entries).toMatchObject([{ actor: 'operator', method: 'api_key', action: 'registerSubordinate' }])
})

it('skips a line that is no identifier and an entity that comes again, each with a reason', async () => {
  const leaf = await startLeaf(admin)
  const lines = ['  ', 'rp.example.org', 'https://rp.example.org/?query', 'two words', leaf.id]
  const { id } = await start([{ entityId: leaf.id }], 'operator', { lines })
  const seen = await watchRun(admin, id)
  expect(seen.at(-1)?.run).toEqual({ state: 'SUCCEEDED', total: 5, done: 2, failed: 3 })
  const results = itemsOf(seen).map(({ resource, ok, message }) => [resource, ok, message])
  expect(results).toEqual(
    expect.arrayContaining([
      [leaf.id, true, null],
      [leaf.id, true, 'An earlier line names the same entity.'],
      ['rp.example.org', false, expect.stringContaining('is not an Entity Identifier')],
      ['https://rp.example.org/?query', false, expect.stringContaining('it has a query')],
      ['two words', false, expect.stringContaining('is not an Entity Identifier')],
    ]),
  )
  const document = `query ($id: ID!) { run(id: $id) {
    skipped dryRun items(skipped: true) { edges { node { resource skipped } } } } }`
  expect((await admin.execute(document, { id })).data.run).toEqual({
    skipped: 1,
    dryRun: false,
    items: { edges: [{ node: { resource: leaf.id, skipped: true } }] },
  })
})

it('has failed when every entity was refused, except in a dry run, which only says so', async () => {
  const lines = ['rp.example.org', 'two words']
  const endOf = async (further: object) => {
    const { id } = await admin.mutate('importSubordinates', { lines, ...further }, 'id')
    await watchRun(admin, id)
    const document = 'query ($id: ID!) { run(id: $id) { state done failed error } }'
    return (await admin.execute(document, { id })).data.run
  }
  const failed = { done: 0, failed: 2 }
  const error = 'No item succeeded: 2 failed. Each says why.'
  expect(await endOf({})).toEqual({ state: 'FAILED', ...failed, error })
  expect(await endOf({ dryRun: true })).toEqual({ state: 'SUCCEEDED', ...failed, error: null })
})

it('registers nothing in a dry run, and says what it would do', async () => {
  const [good, bad] = await Promise.all([startLeaf(admin), startLeaf(admin)])
  bad.misbehave('no authority hint')
  const before = await listed(admin)
  const { id, dryRun } = await start([{ entityId: good.id }, { entityId: bad.id }], 'operator', {
    dryRun: true,
  })
  expect(dryRun).toBe(true)
  const results = itemsOf(await watchRun(admin, id)).map(({ resource, ok, message }) => [
    resource,
    ok,
    message,
  ])
  expect(results).toEqual(
    expect.arrayContaining([
      [good.id, true, 'Would create the member.'],
      [bad.id, false, expect.stringContaining('authority_hints')],
    ]),
  )
  expect(await listed(admin)).toEqual(before)
  expect(await admin.server.db.auditEvent.count({ where: { resource: good.id } })).toBe(0)
})

it('refuses an empty list, and starts nothing', {
  tags: 'mutation/importSubordinates/InvalidInputError',
}, async () => {
  const runs = await admin.server.db.run.count()
  expect(await start([])).toMatchObject({
    __typename: 'InvalidInputError',
    path: ['input', 'subordinates'],
  })
  expect(await admin.server.db.run.count()).toBe(runs)
})

it('is not for viewers', async () => {
  await expect(start([{ entityId: 'https://rp.example.org' }], 'viewer')).rejects.toThrow('does not allow')
})
