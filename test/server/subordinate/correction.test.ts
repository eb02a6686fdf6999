/** Tests which identifier the examination of an entity offers, and that it fetches at most one more configuration. */
import { expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { startLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()

const configurations = (requests: readonly string[]) =>
  requests.filter((path) => path.endsWith('/.well-known/openid-federation'))

async function correction(entityId: string) {
  const document = `query ($entityId: EntityIdentifier!) {
    inspectEntity(entityId: $entityId) { correction { entityId reason } } }`
  const { data, errors } = await admin.execute(document, { entityId })
  expect(errors).toBeUndefined()
  return data.inspectEntity.correction
}

it('offers nothing for the right identifier', async () => {
  expect(await correction((await startLeaf(admin)).id)).toBeNull()
})

it.each([
  ['a slash too many', (id: string) => `${id}/`, /slash/],
  ['a scheme in capitals', (id: string) => id.replace('http', 'HTTP'), /lower case/],
])('offers what the entity says of itself, for %s, without another request', async (_what, spell, reason) => {
  const leaf = await startLeaf(admin)
  const offered = await correction(spell(leaf.id))
  expect(offered).toEqual({ entityId: leaf.id, reason: expect.stringMatching(reason) })
  expect(configurations(leaf.requests)).toHaveLength(1)
})

it('offers the entity whose configuration was pasted, after it has said that it is it', async () => {
  const leaf = await startLeaf(admin)
  const offered = await correction(`${leaf.id}/.well-known/openid-federation`)
  expect(offered).toEqual({ entityId: leaf.id, reason: expect.stringMatching(/address/) })
  expect(configurations(leaf.requests)).toHaveLength(2)
})

it('adds the slash that the pasted entity has', async () => {
  const leaf = await startLeaf(admin)
  leaf.options.configuration = { iss: `${leaf.id}/`, sub: `${leaf.id}/` }
  const offered = await correction(`${leaf.id}/.well-known/openid-federation`)
  expect(offered).toEqual({ entityId: `${leaf.id}/`, reason: expect.stringMatching(/address.*slash/) })
})

it('offers another host only if the entity there confirms it', async () => {
  const [alias, leaf] = [await startLeaf(admin), await startLeaf(admin)]
  alias.options.configuration = { iss: leaf.id, sub: leaf.id }
  expect(await correction(alias.id)).toMatchObject({ entityId: leaf.id })
  leaf.options.configuration = { iss: alias.id, sub: alias.id }
  leaf.requests.length = 0
  expect(await correction(alias.id)).toBeNull()
  expect(configurations(leaf.requests)).toHaveLength(1)
  expect(configurations(alias.requests)).toHaveLength(2)
})

it('offers nothing where nothing answers', async () => {
  expect(await correction('http://127.0.0.1:1/.well-known/openid-federation')).toBeNull()
})
