/** Tests that a registration records whether the keys were compared, for those who read it later (§11.3). */
import { expect, it } from 'vitest'
import { computeKeyId } from '#core/keys.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { register, registerLeaf, startLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()

const read = async (entityId: string) => {
  const document = `query ($entityId: EntityIdentifier!) {
    subordinate(entityId: $entityId) { keysCompared keyThumbprints { kid thumbprint } }
    auditEvents(filter: { resourceTypes: [SUBORDINATE], resource: "${entityId}" }, first: 1) {
      edges { node { action after } }
    }
  }`
  const { data } = await admin.execute(document, { entityId })
  const [{ node }] = data.auditEvents.edges
  return { ...data.subordinate, audited: node.after.keysCompared }
}

it('says “compared” for given keys, and “not compared” for those that the entity published', async () => {
  const [given, published] = [await startLeaf(admin), await startLeaf(admin)]
  await register(admin, given, { jwks: given.keys })
  await register(admin, published)
  expect(await read(given.id)).toMatchObject({ keysCompared: true, audited: true })
  expect(await read(published.id)).toMatchObject({ keysCompared: false, audited: false })
})

it('follows the operator who sets keys later, and no other change', async () => {
  const { leaf, id } = await registerLeaf(admin)
  const update = (input: object) => admin.mutate('updateSubordinate', { id, ...input }, 'keysCompared')
  expect(await update({ jwks: leaf.keys })).toMatchObject({ keysCompared: true })
  expect(await update({ validFor: 48, constraints: { max_path_length: 3 } })).toMatchObject({
    keysCompared: true,
  })
  expect(await update({ jwks: null })).toMatchObject({ keysCompared: false })
})

it('shows the thumbprints at the inspection and later (RFC 7638)', async () => {
  const leaf = await startLeaf(admin)
  const [key] = leaf.keys.keys
  if (!key) throw new Error('a leaf has a key')
  const thumbprint = await computeKeyId({ ...key, kid: 'not a part of it' })
  const expected = [{ kid: key.kid, thumbprint }]
  const document = `query ($entityId: EntityIdentifier!) {
    inspectEntity(entityId: $entityId) { keyThumbprints { kid thumbprint } checks { name status } }
  }`
  const { data } = await admin.execute(document, { entityId: leaf.id })
  expect(data.inspectEntity.keyThumbprints).toEqual(expected)
  expect(data.inspectEntity.checks).toContainEqual({ name: 'KEYS', status: 'SKIPPED' })
  await register(admin, leaf)
  expect(await read(leaf.id)).toMatchObject({ keyThumbprints: expected })
})
