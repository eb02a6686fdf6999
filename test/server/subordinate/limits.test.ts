/** What registration accepts, `/resolve` accepts: the limits of what an entity publishes (§18.1). */
import { decodeJwt } from 'jose'
import { expect, it } from 'vitest'
import type { Jwk } from '#core/keys.ts'
import { entityLimits } from '#core/trust-chain/index.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { type EntityOptions, relyingParty, type TestEntity } from '#test/helpers/entity.ts'
import { register, startLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()

const hints = (count: number) => Array.from({ length: count }, (_, n) => `https://superior-${n}.example`)

/** The number of characters whose JSON takes so many bytes as base64url. */
const padding = (bytes: number) => 'x'.repeat(Math.floor((bytes * 3) / 4))

function otherKeys({ keys: { keys } }: TestEntity, count: number): { keys: Jwk[] } {
  return {
    keys: [
      ...keys,
      ...keys.flatMap((key) => Array.from({ length: count }, (_, n) => ({ ...key, kid: `${n}` }))),
    ],
  }
}

async function resolve({ id }: TestEntity) {
  const response = await admin.get('/resolve', { sub: id, trust_anchor: admin.entityId })
  return { status: response.status, body: await response.text() }
}

it('resolves an entity that reaches every limit, with the hint to us last', async () => {
  const leaf = await startLeaf(admin, {
    authorityHints: [...hints(entityLimits.authorityHints - 1), admin.entityId],
    metadata: { ...relyingParty, padded: { padding: padding(entityLimits.bytes - 100_000) } },
  })
  leaf.options.configuration = { jwks: otherKeys(leaf, entityLimits.keys - 1) }
  await register(admin, leaf)
  const { status, body } = await resolve(leaf)
  expect(status).toBe(200)
  expect(decodeJwt(body)).toMatchObject({ sub: leaf.id, metadata: relyingParty })
})

it.for<[what: string, options: (leaf: TestEntity) => EntityOptions, message: RegExp]>([
  [
    'authority hints',
    () => ({ authorityHints: [...hints(20_000), admin.entityId] }),
    /has 20001 authority hints\. At most 32 are allowed\./,
  ],
  [
    'size',
    () => ({ metadata: { padded: { padding: padding(1.3 * 1024 * 1024) } } }),
    /has \d{7} bytes\. At most 1048576/,
  ],
  [
    'keys',
    (leaf) => ({ configuration: { jwks: otherKeys(leaf, 6_000) } }),
    /has 6001 keys\. At most 100 are allowed\./,
  ],
])(
  'refuses an entity for its %s',
  { tags: 'mutation/registerSubordinate/EntityRejectedError' },
  async ([, options, message]) => {
    const leaf = await startLeaf(admin)
    Object.assign(leaf.options, options(leaf))
    const result = await admin.mutate('registerSubordinate', { entityId: leaf.id }, 'id')
    expect(result).toMatchObject({
      __typename: 'EntityRejectedError',
      path: ['input', 'entityId'],
      checks: expect.arrayContaining([
        expect.objectContaining({
          name: 'LIMITS',
          status: 'FAILED',
          message: expect.stringMatching(message),
        }),
      ]),
    })
    expect(await admin.server.db.subordinate.findUnique({ where: { entityId: leaf.id } })).toBeNull()
  },
)

it('names a few of many hints if ours is missing', async () => {
  const leaf = await startLeaf(admin, { authorityHints: hints(1_000) })
  const { checks } = await admin.mutate('registerSubordinate', { entityId: leaf.id }, 'id')
  const message = `Its authority_hints name ${hints(5).join(', ')} and 995 others. The entity must add ${admin.entityId}.`
  expect(checks).toContainEqual(
    expect.objectContaining({ name: 'AUTHORITY_HINT', status: 'FAILED', message }),
  )
})
