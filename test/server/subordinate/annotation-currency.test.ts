/** Tests that a statement stays current when note and tags change, also while it is signed. */
import { expect, it } from 'vitest'
import { createLocalSigner } from '#core/jws.ts'
import { generateSigningKey } from '#core/keys.ts'
import { readSettings } from '#server/database/settings.ts'
import { withStatements } from '#server/publish/statements.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { openDriftRepair } from '#test/helpers/drift.ts'
import { registerLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()

const rowOf = (entityId: string) => admin.server.db.subordinate.findUniqueOrThrow({ where: { entityId } })

it('is current for the consistency check', async () => {
  const { id } = await registerLeaf(admin)
  await admin.mutate('updateSubordinate', { id, note: 'Moves in May.' }, 'id')
  const drift = await openDriftRepair(admin)
  expect(await drift.repair()).toEqual({ missing: 0, unexpected: 0, different: 0 })
  drift.close()
})

it('keeps what was signed while the note changed, and drops what was signed before another change', async () => {
  const { leaf, id } = await registerLeaf(admin)
  const signer = await createLocalSigner(await generateSigningKey('ES256'))
  const sign = async (row: Awaited<ReturnType<typeof rowOf>>) => {
    const { db } = admin.server
    const now = Math.floor(Date.now() / 1000)
    const context = { db, entityId: admin.entityId, settings: await readSettings(db), signer, now }
    return (await withStatements([row], context)).signed[0]?.statement
  }
  const before = await rowOf(leaf.id)
  await admin.mutate('updateSubordinate', { id, note: 'Changed meanwhile.' }, 'id')
  const signed = await sign(before)
  expect(await rowOf(leaf.id)).toMatchObject({ statement: signed, note: 'Changed meanwhile.' })
  expect(await sign(await rowOf(leaf.id))).toBe(signed)

  const stale = { ...(await rowOf(leaf.id)), statementBasis: null }
  await admin.mutate('updateSubordinate', { id, validFor: 12 }, 'id')
  expect((await rowOf(leaf.id)).statement).not.toBe(await sign(stale))
})
