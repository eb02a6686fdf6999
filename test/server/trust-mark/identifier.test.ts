/** Tests that no two Trust Marks have one `jti`, however they are issued: status belongs to each JWT (§8.4). */
import { decodeJwt } from 'jose'
import { expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { startRun, watchRun } from '#test/helpers/run.ts'
import { register, startLeaf } from '#test/helpers/subordinate.ts'
import { trustMarksOf } from '#test/helpers/trust-mark.ts'

const { createType } = trustMarksOf(() => admin)
const admin = adminInFile()

const COUNT = 4

it('gives each Trust Mark of a bulk issue and of each later signature an identifier of its own', async () => {
  const types = [await createType(), await createType()]
  for (let count = 0; count < COUNT; count++) await register(admin, await startLeaf(admin))
  const { db } = admin.server
  const seen = new Set<string>()
  const collect = async () => {
    for (const { jwt } of await db.trustMark.findMany({ select: { jwt: true } })) seen.add(jwt)
  }
  for (const { type } of types) {
    const input = { action: 'ISSUE_TRUST_MARK', trustMarkType: type, subordinates: { filter: {} } }
    const { id } = await admin.mutate('startSubordinateChange', input, 'id')
    await watchRun(admin, id)
  }
  await collect()
  const again = ['reissueTrustMarks(input: {})', 'startRenewal(input: { kind: TRUST_MARKS })']
  for (const mutation of again) {
    await watchRun(admin, await startRun(admin, mutation))
    await collect()
  }
  for (const { id } of await db.trustMark.findMany({ select: { id: true } })) {
    const mark = btoa(`TrustMark:${id}`)
    await admin.mutate('updateTrustMark', { id: mark, additionalClaims: { level: 'high' } }, 'id')
    await collect()
    await admin.mutate('revokeTrustMark', { id: mark }, 'id')
  }
  for (const { type } of types) {
    const input = { action: 'ISSUE_TRUST_MARK', trustMarkType: type, subordinates: { filter: {} } }
    const { id } = await admin.mutate('startSubordinateChange', input, 'id')
    await watchRun(admin, id)
  }
  await collect()
  const identifiers = [...seen].map((jwt) => decodeJwt(jwt).jti)
  expect(identifiers).toHaveLength(COUNT * types.length * 5)
  expect(identifiers.every((jti) => typeof jti === 'string' && jti.length >= 16)).toBe(true)
  expect(new Set(identifiers).size).toBe(identifiers.length)
  expect(await db.issuedTrustMark.count()).toBe(identifiers.length)
})
