/** Tests the Trust Marks that an entity must hold to be registered and renewed (§7). */
import { expect, it } from 'vitest'
import { signJwt } from '#core/jws.ts'
import { buildTrustMark, TRUST_MARK_TYP } from '#core/trust-mark/index.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { inTest } from '#test/helpers/in-file.ts'
import { register, startLeaf } from '#test/helpers/subordinate.ts'
import { trustMarksOf } from '#test/helpers/trust-mark.ts'

const { createType, change } = trustMarksOf(() => admin)

const admin = adminInFile()

async function holdersOf(trustMarkType: string): Promise<number> {
  const document = `query ($type: URL!) { subordinates(filter: { trustMarkType: $type }) { totalCount } }`
  return (await admin.execute(document, { type: trustMarkType }, 'viewer')).data.subordinates.totalCount
}

it('registers an entity only with its required Trust Marks', async () => {
  const leaf = await startLeaf(admin)
  const { type } = await createType()
  const input = { requiredTrustMarks: [type] }
  const refused = await admin.mutate('registerSubordinate', { entityId: leaf.id, ...input }, 'id')
  expect(refused).toMatchObject({ __typename: 'EntityRejectedError', code: 'ENTITY_REJECTED' })
  const { id } = await admin.mutate('issueTrustMark', { trustMarkType: type, entityId: leaf.id }, 'id')
  const subordinate = await register(admin, leaf, input)
  expect(await holdersOf(type)).toBe(1) // though the mark existed before the subordinate
  await change('revoke', id)
  expect(await admin.mutate('renewSubordinate', { id: subordinate.id }, 'id')).toMatchObject({
    __typename: 'EntityRejectedError',
    message: expect.stringContaining(type),
  })
})

/** A member that the anchor allows to issue marks of these types, and that serves their status. */
async function startIssuer(...types: string[]): Promise<TestEntity> {
  const issuer = await inTest(startEntity({ authorityHints: [admin.entityId] }))
  const endpoint = { federation_trust_mark_status_endpoint: `${issuer.id}/trust_mark_status` }
  issuer.options.metadata = { federation_entity: endpoint }
  await register(admin, issuer)
  const trustMarkIssuers = Object.fromEntries(types.map((type) => [type, [issuer.id]]))
  await admin.mutate('updateTrustAnchor', { trustMarkIssuers }, 'version', 'admin')
  return issuer
}

const carry = (leaf: TestEntity, type: string, jwt: string) => carryAll(leaf, [[type, jwt]])

function carryAll(leaf: TestEntity, marks: [type: string, jwt: string][]): void {
  const trust_marks = marks.map(([trust_mark_type, trust_mark]) => ({ trust_mark_type, trust_mark }))
  leaf.options.configuration = { trust_marks }
}

function signMark(issuer: TestEntity, type: string, subject: string, key = issuer.key): Promise<string> {
  const claims = { issuer: issuer.id, subject, type, iat: Math.floor(Date.now() / 1000) - 60 }
  return signJwt(buildTrustMark(claims), { key, typ: TRUST_MARK_TYP })
}

it('accepts valid marks of other issuers, at registration and at each renewal', async () => {
  const type = 'https://issuer.example.org/marks/certified'
  const issuer = await startIssuer(type)
  const leaf = await startLeaf(admin)
  const input = { entityId: leaf.id, requiredTrustMarks: [type] }
  const ask = () => admin.mutate('registerSubordinate', input, 'id')
  const rejected = { __typename: 'EntityRejectedError', message: expect.stringContaining(type) }
  expect(await ask()).toMatchObject(rejected)

  const sign = (subject: string, key = issuer.key) => signMark(issuer, type, subject, key)
  carry(leaf, type, await sign('https://somebody-else.example.org'))
  expect(await ask()).toMatchObject(rejected)
  carry(leaf, type, await sign(leaf.id, leaf.key))
  expect(await ask()).toMatchObject(rejected)

  carry(leaf, type, await sign(leaf.id))
  const { id } = await ask()
  expect(await admin.mutate('renewSubordinate', { id }, 'lastError')).toMatchObject({ lastError: null })
  issuer.status = { status: 'revoked' }
  expect(await admin.mutate('renewSubordinate', { id }, 'id')).toMatchObject(rejected)
})

it('says that a required mark was not verified because the entity has too many', async () => {
  const types = Array.from({ length: 21 }, (_, n) => `https://issuer.example.org/marks/${n}`)
  const issuer = await startIssuer(...types)
  const leaf = await startLeaf(admin)
  const marks = types.map(
    async (type): Promise<[string, string]> => [type, await signMark(issuer, type, leaf.id)],
  )
  carryAll(leaf, await Promise.all(marks))
  const last = types.at(-1)
  const input = { entityId: leaf.id, requiredTrustMarks: [last] }
  expect(await admin.mutate('registerSubordinate', input, 'id')).toMatchObject({
    __typename: 'EntityRejectedError',
    message: expect.stringContaining(`has too many. Types: "${last}".`),
  })
  carryAll(leaf, (await Promise.all(marks)).reverse())
  await register(admin, leaf, input)
})
