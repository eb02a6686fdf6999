/** Tests what becomes of metadata with wrong types: refused at registration and in input, a warning for members. */
import { expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { register, registerLeaf, startLeaf } from '#test/helpers/subordinate.ts'

const wrong = { openid_relying_party: { client_name: 'RP', redirect_uris: 'https://rp.example/callback' } }
const right = { openid_relying_party: { redirect_uris: ['https://rp.example/callback'] } }
const sentence = 'openid_relying_party.redirect_uris must be an array of URLs.'

const admin = adminInFile()

async function inspect(entityId: string) {
  const document = `query ($entityId: EntityIdentifier!) {
    inspectEntity(entityId: $entityId) { acceptable checks { name status message advice section } } }`
  const { acceptable, checks } = (await admin.execute(document, { entityId })).data.inspectEntity
  return { acceptable, check: checks.find(({ name }: { name: string }) => name === 'METADATA_TYPES') }
}

it('refuses an entity that publishes redirect_uris as a string', async () => {
  const leaf = await startLeaf(admin, { metadata: wrong })
  const { acceptable, check } = await inspect(leaf.id)
  expect(acceptable).toBe(false)
  expect(check).toMatchObject({
    status: 'FAILED',
    message: sentence,
    advice: expect.any(String),
    section: '5.1',
  })
  expect(await admin.mutate('registerSubordinate', { entityId: leaf.id }, 'id')).toMatchObject({
    __typename: 'EntityRejectedError',
    message: sentence,
    path: ['input', 'entityId'],
  })
})

it('accepts it if forced metadata corrects the parameter', async () => {
  await registerLeaf(admin, { forcedMetadata: right }, { metadata: wrong })
})

it.each(['metadata', 'forcedMetadata'])(
  'refuses a wrong type in %s at registration and update',
  async (field) => {
    const refusal = {
      __typename: 'InvalidInputError',
      message: sentence,
      path: ['input', field, 'openid_relying_party', 'redirect_uris'],
    }
    const leaf = await startLeaf(admin)
    const input = { [field]: wrong }
    expect(await admin.mutate('registerSubordinate', { entityId: leaf.id, ...input }, 'id')).toMatchObject(
      refusal,
    )
    const { id } = await register(admin, leaf)
    expect(await admin.mutate('updateSubordinate', { id, ...input }, 'id')).toMatchObject(refusal)
  },
)

it('refuses a wrong type in the own organization', async () => {
  const input = { organization: { contacts: 'ops@ta.example' } }
  expect(await admin.mutate('updateTrustAnchor', input, 'version', 'admin')).toMatchObject({
    __typename: 'InvalidInputError',
    message: 'federation_entity.contacts must be an array of strings.',
    path: ['input', 'organization', 'contacts'],
  })
})

it('keeps a member that publishes a wrong type: checks and renewals only warn', async () => {
  const { leaf, id } = await registerLeaf(admin)
  leaf.options.metadata = wrong
  expect(await admin.mutate('renewSubordinate', { id }, 'state lastError')).toMatchObject({
    __typename: 'RenewSubordinateSuccess',
    state: 'ACTIVE',
    lastError: null,
  })
  const { acceptable, check } = await inspect(leaf.id)
  expect(acceptable).toBe(true)
  expect(check).toMatchObject({
    status: 'WARNING',
    message: sentence,
    advice: 'The entity must correct these parameters.',
  })
  const resolved = await admin.get('/resolve', { sub: leaf.id, trust_anchor: admin.entityId })
  expect(resolved.status).toBe(200)
})

it('saves other settings of a member whose stored metadata is wrong', async () => {
  const { leaf, id } = await registerLeaf(admin)
  await admin.server.db.subordinate.update({ where: { entityId: leaf.id }, data: { forcedMetadata: wrong } })
  expect(
    await admin.mutate('updateSubordinate', { id, forcedMetadata: wrong, validFor: 24 }, 'validFor'),
  ).toMatchObject({
    __typename: 'UpdateSubordinateSuccess',
    validFor: 24,
  })
})
