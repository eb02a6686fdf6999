/** Tests updates: they are checked as at registration (§3.2, §6), and a refusal changes nothing. */
import { beforeAll, describe, expect, it } from 'vitest'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingParty } from '#test/helpers/entity.ts'
import { memberInFile, register, registerLeaf, startLeaf, statementOf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()
const member = memberInFile(admin)
beforeAll(() => register(admin, member))

const SELECTION = 'version validFor autorenew active forcedMetadata metadata metadataFollowsEntity jwks'
const update = (id: string, input: object) => admin.mutate('updateSubordinate', { id, ...input }, SELECTION)
const renew = (id: string) => admin.mutate('renewSubordinate', { id }, SELECTION)
const byHand = { openid_relying_party: { client_name: 'By hand' } }

const rowOf = (entityId: string) => admin.server.db.subordinate.findUniqueOrThrow({ where: { entityId } })
const statement = (sub: string) => statementOf(admin, sub)

const newKeys = async () => ({ keys: [toPublicJwk(await generateSigningKey('ES256'))] })

it.for<[field: string, value: () => object | Promise<object>, check: string]>([
  ['jwks', newKeys, 'KEYS'],
  ['metadataPolicy', () => ({ openid_relying_party: { logo_uri: { essential: true } } }), 'METADATA_POLICY'],
  [
    'forcedMetadata',
    () => ({ openid_relying_party: { client_uri: 'https://else.example' } }),
    'METADATA_POLICY',
  ],
  ['constraints', () => ({ naming_constraints: { permitted: ['.example.org'] } }), 'CONSTRAINTS'],
  ['requiredTrustMarks', () => ['https://ta.example.org/marks/none'], 'TRUST_MARKS'],
])(
  'refuses %s that would make the entity invalid',
  { tags: 'mutation/updateSubordinate/EntityRejectedError' },
  async ([field, value, check]) => {
    const leaf = await startLeaf(admin)
    const metadataPolicy = { openid_relying_party: { client_uri: { one_of: ['https://rp.example.org'] } } }
    const { id, version } = await register(admin, leaf, { metadataPolicy })
    const before = await (await admin.get('/fetch', { sub: leaf.id })).text()
    const result = await update(id, { [field]: await value() })
    expect(result).toMatchObject({
      __typename: 'EntityRejectedError',
      code: 'ENTITY_REJECTED',
      path: ['input', field],
    })
    expect(result.checks).toContainEqual(expect.objectContaining({ name: check, status: 'FAILED' }))
    expect(await (await admin.get('/fetch', { sub: leaf.id })).text()).toBe(before)
    expect(await rowOf(leaf.id)).toMatchObject({ version, lastError: null })
  },
)

it.for<[field: string, value: unknown, message: RegExp]>([
  ['validFor', 8761, /8760/],
  ['metadataPolicy', { openid_relying_party: { contacts: { one_of: 'no list' } } }, /one_of/],
  ['forcedMetadata', { openid_relying_party: [] }, /openid_relying_party/],
  ['additionalClaims', { exp: 1 }, /exp/],
])(
  'names %s when it is %j, and changes nothing',
  { tags: 'mutation/updateSubordinate/InvalidInputError' },
  async ([field, value, message]) => {
    const { id, version } = await rowOf(member.id)
    expect(await update(btoa(`Subordinate:${id}`), { [field]: value })).toMatchObject({
      __typename: 'InvalidInputError',
      code: 'INVALID_INPUT',
      path: expect.arrayContaining(['input', field]),
      message: expect.stringMatching(message),
    })
    expect(await rowOf(member.id)).toMatchObject({ version })
  },
)

it('names the entity when it is unavailable, and changes hours without a fetch', async () => {
  const { leaf, id } = await registerLeaf(admin)
  leaf.misbehave('server error')
  expect(await update(id, { constraints: { max_path_length: 0 } })).toMatchObject({
    __typename: 'EntityRejectedError',
    path: ['input', 'id'],
    message: expect.stringContaining('500'),
  })
  expect(await update(id, { validFor: 6, autorenew: false })).toMatchObject({ validFor: 6, autorenew: false })
})

describe('jwks', () => {
  it('are accepted when the configuration verifies with them', async () => {
    const { leaf, id } = await registerLeaf(admin)
    const jwks = { keys: [...leaf.keys.keys, ...(await newKeys()).keys] }
    expect(await update(id, { jwks })).toMatchObject({ jwks })
    expect((await statement(leaf.id)).jwks).toEqual(jwks)
  })

  it('come from the configuration again after they are cleared, with any signing key', async () => {
    const { leaf, id } = await registerLeaf(admin)
    leaf.key = await generateSigningKey('ES256')
    leaf.keys.keys = [toPublicJwk(leaf.key)]
    expect(await renew(id)).toMatchObject({ __typename: 'EntityRejectedError' })
    expect(await update(id, { jwks: null })).toMatchObject({ jwks: leaf.keys })
    expect((await statement(leaf.id)).jwks).toEqual(leaf.keys)
  })
})

describe('metadata recorded by hand', () => {
  it('survives a renewal', async () => {
    const { id } = await registerLeaf(admin, { metadata: byHand })
    expect(await renew(id)).toMatchObject({ metadata: byHand, metadataFollowsEntity: false })
  })

  it('survives another change', async () => {
    const { id } = await registerLeaf(admin)
    expect(await update(id, { metadata: byHand })).toMatchObject({ metadata: byHand })
    expect(await update(id, { constraints: { max_path_length: 0 } })).toMatchObject({
      metadata: byHand,
      metadataFollowsEntity: false,
    })
  })

  it('yields to the declared metadata when it is cleared', async () => {
    const { id } = await registerLeaf(admin, { metadata: byHand })
    expect(await update(id, { metadata: null })).toMatchObject({
      metadata: relyingParty,
      metadataFollowsEntity: true,
    })
  })
})

it('yields to a change during the fetch', async () => {
  const { leaf, id } = await registerLeaf(admin)
  const { configuration } = leaf
  leaf.configuration = async () => {
    await update(id, { validFor: 6 })
    return configuration()
  }
  const result = await update(id, { constraints: { max_path_length: 0 } })
  expect(result).toMatchObject({ __typename: 'ConflictError', code: 'CONFLICT', path: null })
  expect(await statement(leaf.id)).not.toHaveProperty('constraints')
})
