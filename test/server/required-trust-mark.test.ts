/** Trust Marks that an entity must hold to be registered and renewed (§7). */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { register, startLeaf } from '#test/helpers/subordinate.ts'
import { trustMarksOf } from '#test/helpers/trust-mark.ts'

let admin: TestAdmin
const { createType, change } = trustMarksOf(() => admin)

beforeAll(async () => {
  admin = await startAdmin()
})
afterAll(() => admin.close())

async function holdersOf(trustMarkType: string): Promise<number> {
  const document = `query ($type: URL!) { subordinates(filter: { trustMarkType: $type }) { totalCount } }`
  return (await admin.execute(document, { type: trustMarkType }, 'viewer')).data.subordinates.totalCount
}

it('lets an entity in only with the Trust Marks that it must hold', async () => {
  const leaf = await startLeaf(admin)
  const { type } = await createType()
  const input = { requiredTrustMarks: [type] }
  const refused = await admin.mutate('registerSubordinate', { entityId: leaf.id, ...input }, 'id')
  expect(refused).toMatchObject({ __typename: 'EntityRejectedError', code: 'ENTITY_REJECTED' })
  const { id } = await admin.mutate('issueTrustMark', { trustMarkType: type, entityId: leaf.id }, 'id')
  const subordinate = await register(admin, leaf, input)
  expect(await holdersOf(type)).toBe(1) // though the mark was there before the subordinate
  await change('revoke', id)
  expect(await admin.mutate('renewSubordinate', { id: subordinate.id }, 'id')).toMatchObject({
    __typename: 'EntityRejectedError',
    message: expect.stringContaining(type),
  })
})
