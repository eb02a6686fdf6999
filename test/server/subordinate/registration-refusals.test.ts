/** Tests refusals at registration: each has a type, a code, a path and a message, and changes nothing. */
import { exportJWK, generateKeyPair } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { redisKeys } from '#store/keys.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { startEntity } from '#test/helpers/entity.ts'
import type { Fault } from '#test/helpers/fault.ts'
import { below } from '#test/helpers/federation.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { freePort } from '#test/helpers/port.ts'
import { register, startLeaf } from '#test/helpers/subordinate.ts'

let before: unknown

const admin = adminInFile({ fetchLimits: { totalTimeout: 5_000 } })
/** A valid entity that is not registered, and one that is. */
const outsider = inFile(() => below(admin.entityId).leaf().start())
const member = inFile(() => below(admin.entityId).leaf().start())
beforeAll(async () => {
  await register(admin, member.leaf)
  before = await everything()
})

/** Everything that a registration can change. */
async function everything(): Promise<unknown> {
  const { db } = admin.server
  const { client } = admin.redis
  const keys = redisKeys()
  return {
    rows: await db.subordinate.findMany(),
    events: await db.auditEvent.count({ where: { outcome: 'SUCCEEDED' } }),
    outbox: await db.outboxEntry.count(),
    statements: await client.hgetall(keys.subordinates),
    configurations: await client.hgetall(keys.subordinateConfigurations),
    relyingParties: await client.smembers(keys.relyingParties),
  }
}

async function refuse(input: object, expected: object): Promise<{ message: string; checks?: unknown[] }> {
  const result = await admin.mutate('registerSubordinate', input, 'id')
  expect(result).toMatchObject(expected)
  expect(await everything()).toEqual(before)
  return result
}

const provider = { authorization_endpoint: 'https://op.example/authorize' }

const rejectedAt = (field: string) => ({
  __typename: 'EntityRejectedError',
  code: 'ENTITY_REJECTED',
  path: ['input', field],
})
const rejected = rejectedAt('entityId')

// Concurrent, because one test waits until the fetcher gives up.
describe.concurrent('an entity that misbehaves', () => {
  it.for<[fault: Fault, check: string, message: RegExp]>([
    ['not found', 'REACHABLE', /404/],
    ['server error', 'REACHABLE', /500/],
    ['html', 'REACHABLE', /text\/html/],
    ['redirect', 'REACHABLE', /redirect/],
    ['huge', 'REACHABLE', /2 MiB|2097152|bytes/],
    ['hang', 'REACHABLE', /seconds|time/],
    ['rubbish', 'STATEMENT', /JWT/],
    ['wrong typ', 'STATEMENT', /typ/],
    ['expired', 'TIMES', /expired/],
    ['foreign subject', 'STATEMENT', /is a Subordinate Statement/],
    ['wrong signature', 'SIGNATURE', /signature/],
    ['no authority hint', 'AUTHORITY_HINT', /must add http/],
  ])(
    'is refused for: %s',
    { tags: ['mutation/registerSubordinate/EntityRejectedError', 'fault/member-misbehaves'] },
    async ([fault, check, message], { onTestFinished }) => {
      const entity = await startEntity({
        authorityHints: [admin.entityId],
        metadata: { openid_relying_party: { client_registration_types: ['automatic'] } },
      })
      onTestFinished(() => entity.close())
      entity.misbehave(fault)
      const { checks } = await refuse({ entityId: entity.id }, rejected)
      expect(checks).toContainEqual(
        expect.objectContaining({ name: check, status: 'FAILED', message: expect.stringMatching(message) }),
      )
    },
  )
})

it('refuses an entity whose host does not answer', async () => {
  const { message } = await refuse({ entityId: `http://127.0.0.1:${await freePort()}` }, rejected)
  expect(message).toMatch(/connect|refused|reach/i)
})

it.for<[title: string, input: object, check: string, message: RegExp]>([
  [
    'metadata that breaks the policy',
    { metadataPolicy: { openid_relying_party: { contacts: { essential: true } } } },
    'METADATA_POLICY',
    /contacts/,
  ],
  [
    'a host outside the name space',
    { constraints: { naming_constraints: { permitted: ['.example.org'] } } },
    'CONSTRAINTS',
    /127\.0\.0\.1/,
  ],
  [
    'a missing Trust Mark',
    { requiredTrustMarks: ['https://ta.example/member'] },
    'TRUST_MARKS',
    /ta\.example\/member/,
  ],
])('refuses %s', async ([, input, check, message]) => {
  const [field = ''] = Object.keys(input)
  const { checks } = await refuse({ entityId: outsider.leaf.id, ...input }, rejectedAt(field))
  expect(checks).toContainEqual(
    expect.objectContaining({ name: check, status: 'FAILED', message: expect.stringMatching(message) }),
  )
})

it('refuses a configuration of another entity', async () => {
  const other = 'https://other.example'
  const leaf = await startLeaf(admin, { configuration: { iss: other, sub: other } })
  const { checks } = await refuse({ entityId: leaf.id }, rejected)
  expect(checks).toContainEqual(
    expect.objectContaining({ name: 'IDENTITY', status: 'FAILED', message: expect.stringContaining(other) }),
  )
})

it('says under its own heading that the issuer is another one', async () => {
  const metadata = { openid_provider: { issuer: 'https://other.example', ...provider } }
  const leaf = await startLeaf(admin, { metadata })
  const { checks } = await refuse({ entityId: leaf.id }, rejected)
  expect(checks).toContainEqual(
    expect.objectContaining({
      name: 'ISSUER',
      status: 'FAILED',
      message: expect.stringContaining('https://other.example'),
    }),
  )
  expect(checks).toContainEqual(expect.objectContaining({ name: 'METADATA', status: 'PASSED' }))
  expect(checks).toContainEqual(expect.objectContaining({ name: 'METADATA_POLICY', status: 'SKIPPED' }))
})

it('refuses an entity without an Entity Type', async () => {
  const leaf = await startLeaf(admin, { metadata: {} })
  const { checks } = await refuse({ entityId: leaf.id }, rejected)
  expect(checks).toContainEqual(expect.objectContaining({ name: 'METADATA', status: 'FAILED' }))
})

describe('an invalid input', () => {
  const invalid = (field: string) => ({
    __typename: 'InvalidInputError',
    code: 'INVALID_INPUT',
    path: expect.arrayContaining(['input', field]),
  })

  it.for(['additionalClaims', 'forcedMetadata'])('limits the size of %s', async (field) => {
    const value = { openid_relying_party: { note: 'x'.repeat(200_000) } }
    const { message } = await refuse({ entityId: outsider.leaf.id, [field]: value }, invalid(field))
    expect(message).toMatch(/196 KiB.*At most 128 KiB/)
  })

  it.for<[field: string, value: unknown, message: RegExp]>([
    ['additionalClaims', { iss: 'https://else.example', jwks: {} }, /iss, jwks/],
    ['additionalClaims', { trust_mark_issuers: {} }, /trust_mark_issuers/],
    ['additionalClaims', ['not', 'an object'], /object/],
    ['validFor', 8761, /8760/],
    ['validFor', 0, /at least 1/],
    ['metadataPolicy', { openid_relying_party: { contacts: { one_of: 'no list' } } }, /one_of/],
    ['metadataPolicy', { openid_relying_party: { x: { value: 1, one_of: [2] } } }, /value|one_of/],
    ['metadataPolicy', [], /object/],
    ['constraints', { max_path_length: -1 }, /max_path_length/],
    ['constraints', { naming_constraints: { permitted: [] } }, /permitted/],
    ['constraints', { allowed_entity_types: ['federation_entity'] }, /federation_entity/],
    ['forcedMetadata', { openid_relying_party: 'no object' }, /openid_relying_party/],
    [
      'forcedMetadata',
      { federation_entity: { federation_fetch_endpoint: 'https://x.example/f' } },
      /federation_fetch_endpoint/,
    ],
    ['metadata', 'no object', /metadata/],
    ['jwks', { keys: [] }, /key/],
  ])(
    'names %s when it is %j',
    { tags: ['6.2.3/federation-entity-not-listed', 'mutation/registerSubordinate/InvalidInputError'] },
    async ([field, value, message]) => {
      const result = await refuse({ entityId: outsider.leaf.id, [field]: value }, invalid(field))
      expect(result.message).toMatch(message)
    },
  )

  it('names jwks with a private key, and does not repeat the key', async () => {
    const key = await generateSigningKey('ES256')
    const { message } = await refuse({ entityId: outsider.leaf.id, jwks: { keys: [key] } }, invalid('jwks'))
    expect(message).toMatch(/private/)
    expect(message).not.toContain(key.d)
  })

  it('names jwks with an RSA key that is too short', async () => {
    const { publicKey } = await generateKeyPair('RS256', { modulusLength: 2048, extractable: true })
    const { n = '', ...rest } = await exportJWK(publicKey)
    const jwks = { keys: [{ ...rest, n: n.slice(0, 171), kid: 'short' }] }
    const { message } = await refuse({ entityId: outsider.leaf.id, jwks }, invalid('jwks'))
    expect(message).toMatch(/1024 bits\. At least 2048/)
  })

  it('names jwks with the same kid twice', async () => {
    const [one, two] = await Promise.all([generateSigningKey('ES256'), generateSigningKey('ES256')])
    const jwks = { keys: [toPublicJwk(one), { ...toPublicJwk(two), kid: one.kid }] }
    const { message } = await refuse({ entityId: outsider.leaf.id, jwks }, invalid('jwks'))
    expect(message).toContain(one.kid)
  })
})

describe('a conflict', () => {
  const conflict = { __typename: 'ConflictError', code: 'CONFLICT', path: ['input', 'entityId'] }

  it('refuses an entity that is already registered', {
    tags: 'mutation/registerSubordinate/ConflictError',
  }, async () => {
    const { message } = await refuse({ entityId: member.leaf.id }, conflict)
    expect(message).toContain(member.leaf.id)
  })

  it('refuses the Trust Anchor as its own subordinate', async () => {
    await refuse({ entityId: admin.entityId }, conflict)
  })
})

it.for([
  'ftp://rp.example',
  'https://rp.example/?q',
  'https://rp.example/#f',
  'rp.example',
  `https://rp.example/${'a'.repeat(2048)}`,
])('refuses %s, which is not an Entity Identifier', async (entityId) => {
  const document =
    'mutation ($input: RegisterSubordinateInput!) { registerSubordinate(input: $input) { __typename } }'
  const { data, errors } = await admin.execute(document, { input: { entityId } }, 'operator')
  expect(data?.registerSubordinate).toBeUndefined()
  expect(errors).toEqual([
    expect.objectContaining({ extensions: expect.objectContaining({ code: 'INVALID_INPUT' }) }),
  ])
  expect(await everything()).toEqual(before)
})
