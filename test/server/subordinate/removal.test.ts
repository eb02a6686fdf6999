/** Tests what becomes of the Trust Marks of a subordinate that is removed (§8.4). */
import { describe, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { itemsOf, watchRun } from '#test/helpers/run.ts'
import { register, startLeaf } from '#test/helpers/subordinate.ts'
import { trustMarksOf } from '#test/helpers/trust-mark.ts'

const { createType, issueOf, holders, statusOf } = trustMarksOf(() => admin)

const admin = adminInFile()

/** A member with a mark of each of these types. */
async function memberWith(...types: { type: string }[]) {
  const { id: entityId } = await startLeaf(admin)
  const marks: string[] = []
  // One mark is from before its registration.
  for (const { type } of types.slice(0, 1)) marks.push((await issueOf(type, { entityId })).mark.jwt)
  const { id } = await register(admin, { id: entityId })
  for (const { type } of types.slice(1)) marks.push((await issueOf(type, { entityId })).mark.jwt)
  return { id, entityId, marks }
}

const statusesOf = (marks: string[]) => Promise.all(marks.map(statusOf))
const serve = (type: string, sub: string) => admin.get('/trust_mark', { trust_mark_type: type, sub })

describe('the removal of a subordinate', () => {
  it('revokes its Trust Marks, and no others', async () => {
    const [one, two] = [await createType(), await createType()]
    const [removed, other] = [await memberWith(one, two), await memberWith(one)]
    await admin.mutate('removeSubordinate', { id: removed.id }, '')
    expect(await statusesOf(removed.marks)).toEqual(['revoked', 'revoked'])
    expect(await statusesOf(other.marks)).toEqual(['active'])
    expect([await holders(one.type), await holders(two.type)]).toEqual([[other.entityId], []])
    expect((await serve(two.type, removed.entityId)).status).toBe(404)
    const revocations = { action: 'revokeTrustMark', resource: { endsWith: removed.entityId } }
    expect(await admin.server.db.auditEvent.count({ where: revocations })).toBe(2)
    const row = await admin.server.db.trustMark.findFirst({ where: { entityId: removed.entityId } })
    expect(row).toMatchObject({
      subordinateId: null,
      revocationReason: 'The entity was removed from the federation.',
    })
  })

  it('leaves them as they are if the operator says so', async () => {
    const type = await createType()
    const { id, entityId, marks } = await memberWith(type)
    await admin.mutate('removeSubordinate', { id, revokeTrustMarks: false }, '')
    expect(await statusesOf(marks)).toEqual(['active'])
    expect(await holders(type.type)).toEqual([entityId])
  })
})

describe('the removal of many', () => {
  async function remove(input: object) {
    const { id } = await admin.mutate('startSubordinateChange', { action: 'REMOVE', ...input }, 'id')
    const seen = await watchRun(admin, id)
    expect(seen.at(-1)?.run).toMatchObject({ state: 'SUCCEEDED', failed: 0 })
    return itemsOf(seen).map(({ message }) => message)
  }

  it('revokes their Trust Marks, and says so in a dry run', async () => {
    const type = await createType()
    const members = [await memberWith(type), await memberWith(type), await memberWith()]
    const ids = members.map(({ id }) => id)
    const marks = members.flatMap((member) => member.marks)
    expect((await remove({ subordinates: { ids }, dryRun: true })).toSorted()).toEqual([
      ...Array(2).fill('Would change the Trust Mark: active.'),
      ...Array(3).fill('Would remove the member.'),
    ])
    expect(await statusesOf(marks)).toEqual(['active', 'active'])
    await remove({ subordinates: { ids } })
    expect(await statusesOf(marks)).toEqual(['revoked', 'revoked'])
    expect(await holders(type.type)).toEqual([])
  })

  it('leaves them as they are if the operator says so', async () => {
    const type = await createType()
    const { id, marks } = await memberWith(type)
    await remove({ subordinates: { ids: [id] }, revokeTrustMarks: false })
    expect(await statusesOf(marks)).toEqual(['active'])
  })

  it('is the only change that takes the choice', async () => {
    const input = { action: 'DEACTIVATE', subordinates: { ids: [] }, revokeTrustMarks: true }
    expect(await admin.mutate('startSubordinateChange', input, 'id')).toMatchObject({
      code: 'INVALID_INPUT',
      path: ['input', 'revokeTrustMarks'],
    })
  })
})
