/** Tests keys of members that end by themselves: none is vouched for after its `exp`, by any statement. */
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { generateSigningKey, type Jwk, type JwkSet, toPublicJwk } from '#core/keys.ts'
import { jobCaller } from '#server/identity/caller.ts'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import type { TestEntity } from '#test/helpers/entity.ts'
import { register, servedStatement, startLeaf } from '#test/helpers/subordinate.ts'

/** Seconds; its configurations are valid for longer. */
const LIFETIME = 1800

let ahead = 0
let admin: TestAdmin
beforeAll(async () => {
  admin = await startAdmin({ now: () => new Date(Date.now() + ahead * 1000) })
})
afterAll(() => admin.close())

/** The key with which it signs, soon. */
function endFirstKey({ keys }: TestEntity): number {
  const exp = Math.floor(Date.now() / 1000) + LIFETIME
  keys.keys = keys.keys.map((key): Jwk => ({ ...key, exp }) as Jwk) // jose does not know the member
  return exp
}

it('ends the statement with the last key that it vouches for', async () => {
  const leaf = await startLeaf(admin)
  const exp = endFirstKey(leaf)
  await register(admin, leaf)
  expect(await servedStatement(admin, leaf.id)).toMatchObject({ exp, jwks: leaf.keys })
})

it('leaves out a key that has expired, and refuses a configuration that it signed', async () => {
  const leaf = await startLeaf(admin)
  const next = await generateSigningKey('ES256')
  endFirstKey(leaf)
  leaf.keys.keys.push(toPublicJwk(next))
  const { id } = await register(admin, leaf)
  ahead = LIFETIME + 60
  const row = () => admin.server.db.subordinate.findUniqueOrThrow({ where: { entityId: leaf.id } })
  const checked = await admin.server.services.subordinates.check(jobCaller('check'), await row(), null)
  expect(checked).toMatchObject({ result: 'FAILED', message: expect.stringContaining('expired at') })
  leaf.key = next
  await admin.mutate('renewSubordinate', { id }, 'id')
  const statement = decodeJwt<{ jwks: JwkSet }>((await row()).statement ?? '')
  expect(statement.jwks.keys.map(({ kid }) => kid)).toEqual([next.kid])
  ahead = 0
})
