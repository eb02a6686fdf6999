/** Tests that what a member publishes is never an internal error: each fault is a finding of a check. */
import { expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { type EntityOptions, relyingParty } from '#test/helpers/entity.ts'
import { itemsOf, startRun, watchRun } from '#test/helpers/run.ts'
import { register, registerLeaf, servedStatement, startLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()

const withParameters = (parameters: object): EntityOptions => ({
  metadata: { openid_relying_party: { ...relyingParty.openid_relying_party, ...parameters } },
})

/** JSON of so many levels. */
function nested(levels: number): unknown {
  let value: unknown = []
  for (let level = 1; level < levels; level++) value = [value]
  return value
}

const BROKEN = /contains a NUL character or half of a surrogate pair\.$/

const hostile: [what: string, options: EntityOptions, message: RegExp][] = [
  ['a NUL in a value', withParameters({ client_name: 'a\0b' }), BROKEN],
  ['half of a surrogate pair', withParameters({ client_name: 'a\ud800b' }), BROKEN],
  ['a NUL in a name', withParameters({ 'a\0b': 1 }), BROKEN],
  ['a NUL in an Entity Type', { metadata: { ...relyingParty, 'a\0b': {} } }, BROKEN],
  ['an exp beyond every date', { configuration: { exp: 1e308 } }, /^exp must be seconds since 1970/],
  ['an exp in milliseconds', { configuration: { exp: 1_800_000_000_000 } }, /^exp must be seconds/],
  ['the name __proto__', withParameters(JSON.parse('{"__proto__": 1}')), /has the member "__proto__"/],
  ['deep JSON', withParameters({ deep: nested(1_000) }), /nested deeper than 32 levels/],
]

it.for(hostile)('refuses %s by a named check', async ([, options, message]) => {
  const leaf = await startLeaf(admin, options)
  const result = await admin.mutate('registerSubordinate', { entityId: leaf.id }, 'id')
  expect(result).toMatchObject({ __typename: 'EntityRejectedError', path: ['input', 'entityId'] })
  expect(result.checks).toContainEqual({
    name: 'STATEMENT',
    status: 'FAILED',
    message: expect.stringMatching(message),
  })
})

it('records a finding for each member in a run, which goes on to the others', async () => {
  await register(admin, await startLeaf(admin))
  const members = await Promise.all(hostile.map(() => startLeaf(admin)))
  for (const member of members) await register(admin, member)
  const statements = await Promise.all(members.map(({ id }) => servedStatement(admin, id)))
  for (const [index, member] of members.entries()) Object.assign(member.options, hostile[index]?.[1])
  const seen = await watchRun(admin, await startRun(admin, 'startRenewal(input: { kind: SUBORDINATES })'))
  expect(seen.at(-1)?.run).toMatchObject({ state: 'SUCCEEDED', failed: hostile.length })
  for (const [index, { id: resource }] of members.entries()) {
    const message = expect.stringMatching(hostile[index]?.[2] ?? BROKEN)
    expect(itemsOf(seen)).toContainEqual(expect.objectContaining({ resource, ok: false, message }))
    const row = await admin.server.db.subordinate.findUniqueOrThrow({ where: { entityId: resource } })
    expect(row.lastError).toEqual(message)
  }
  // The last valid statement stays.
  expect(await Promise.all(members.map(({ id }) => servedStatement(admin, id)))).toEqual(statements)
})

it('takes names that objects inherit as any other name', async () => {
  const names = { constructor: { prototype: 1 }, toString: ['y'], hasOwnProperty: 'x' }
  const { leaf } = await registerLeaf(admin)
  leaf.options.metadata = { ...relyingParty, constructor: {}, odd: names }
  const renew = async () =>
    itemsOf(await watchRun(admin, await startRun(admin, 'startRenewal(input: { kind: SUBORDINATES })')))
  const message = 'Changed: metadata.constructor, metadata.odd.'
  expect(await renew()).toContainEqual(expect.objectContaining({ resource: leaf.id, ok: true, message }))
  const unchanged = { resource: leaf.id, ok: true, message: null }
  expect(await renew()).toContainEqual(expect.objectContaining(unchanged))
  const document = `query ($entityId: EntityIdentifier!, $policy: JSON!) {
    subordinate(entityId: $entityId) { metadata resolvedMetadata }
    resolveEntity(entityId: $entityId) { chains { metadata } }
    previewMetadataPolicy(policy: $policy) { failing } }`
  const policy = { odd: { toString: { add: ['z'] }, constructor: { essential: true } }, constructor: {} }
  const { data, errors } = await admin.execute(document, { entityId: leaf.id, policy })
  expect(errors).toBeUndefined()
  for (const metadata of [
    data.subordinate.metadata,
    data.subordinate.resolvedMetadata,
    data.resolveEntity.chains[0].metadata,
  ]) {
    expect(metadata).toMatchObject({ constructor: {}, odd: names })
  }
  const response = await fetch(`${admin.adminUrl}/api/v1/subordinates`, {
    headers: { 'x-api-key': admin.keys.viewer },
  })
  expect(response.status).toBe(200)
})
