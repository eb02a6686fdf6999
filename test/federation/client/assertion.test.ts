/** The assertions with which clients authenticate (§8.8). */
import { beforeEach, describe, expect, test } from 'vitest'
import { generateSigningKey } from '#core/keys.ts'
import { buildApp } from '#federation/anchors/app.ts'
import { createClientAuthenticator } from '#federation/client/authenticator.ts'
import { createAuthMethods } from '#federation/client/own-metadata.ts'
import { createResolver } from '#federation/resolver/resolver.ts'
import { createReplayGuard } from '#store/replay.ts'
import { anchor, below, type Federation } from '#test/helpers/federation.ts'
import { inFile, standIn } from '#test/helpers/in-file.ts'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { assertionType, post } from '../client.ts'
import { offlineEntity } from '../offline-entity.ts'
import { entityId } from '../trust-anchor.ts'
import { type Changes, requestsOf, startWithClient } from './endpoints.ts'

const started = inFile(startWithClient)
const ta = standIn(() => started.ta)
const client = standIn(() => started.client)

const { assertion, authenticated, setMethods } = requestsOf(() => ({ ta, client }))

describe('refuses an assertion', () => {
  beforeEach(() => setMethods(['private_key_jwt']))

  const faults: [what: string, changes: () => Changes | Promise<Changes>][] = [
    proves(['for another audience', () => ({ claims: { aud: 'https://other.example' } })], '8.8/aud'),
    proves(
      ['for the endpoint instead of the Entity', () => ({ claims: { aud: `${entityId}/list` } })],
      '8.8/aud',
    ),
    proves(
      ['for a further audience', () => ({ claims: { aud: [entityId, 'https://other.example'] } })],
      '8.8/aud',
    ),
    proves(['without an audience', () => ({ claims: { aud: undefined } })], '8.8/aud'),
    proves(['whose issuer is not its subject', () => ({ claims: { iss: entityId } })], '8.8/claims'),
    ['whose subject is not its issuer', () => ({ claims: { sub: entityId } })],
    ['whose issuer is not an Entity', () => ({ claims: { iss: 'hello', sub: 'hello' } })],
    proves(['without a jti', () => ({ claims: { jti: undefined } })], '8.8/claims'),
    ['with a long jti', () => ({ claims: { jti: 'x'.repeat(513) } })],
    proves(['without exp', () => ({ claims: { exp: undefined } })], '8.8/claims'),
    proves(['that has expired', () => ({ claims: { exp: ta.now() - 61 } })], '8.8/claims'),
    ['from the future', () => ({ claims: { iat: ta.now() + 120 } })],
    ['that is not valid yet', () => ({ claims: { nbf: ta.now() + 120 } })],
    ['with an invalid nbf', () => ({ claims: { nbf: 'soon' } })],
    ['with a distant exp', () => ({ claims: { exp: ta.now() + 90_000 } })],
    ['of another type of JWT', () => ({ header: { typ: 'entity-statement+jwt' } })],
    ['without kid', () => ({ header: { kid: undefined } })],
    ['with a critical header', () => ({ header: { crit: ['b64'], b64: true } })],
    proves(
      [
        'signed with a foreign key',
        async () => ({ key: { ...(await generateSigningKey('ES256')), kid: client.key.kid } }),
      ],
      '8.8/signature',
    ),
    proves(
      ['signed with an unknown key', async () => ({ key: await generateSigningKey('ES256') })],
      '8.8/signature',
    ),
    proves(
      ['from an unknown client', async () => await offlineEntity('http://127.0.0.1:1')],
      '8.8/signature',
    ),
  ]

  eachRow(faults)('%s', async (_what, changes) => {
    const answer = await authenticated('/list', {}, await changes())
    expect(answer.json()).toEqual({ error: 'invalid_client', error_description: expect.any(String) })
    expect(answer.statusCode).toBe(401)
  })

  test.each([
    ['that is not a JWT', { client_assertion_type: assertionType, client_assertion: 'hello' }],
    ['of another assertion type', { client_assertion_type: 'urn:other', client_assertion: 'hello' }],
    ['without the assertion type', { client_assertion: 'hello' }],
    ['that is missing', { client_assertion_type: assertionType }],
  ])('%s', async (_what, parameters) => {
    const answer = await post(ta.app, '/list', parameters)
    expect(answer.statusCode).toBe(401)
    expect(answer.json()).toMatchObject({ error: 'invalid_client' })
  })

  test('of another, supported type', async () => {
    const parameters = { client_assertion_type: 'urn:other', client_assertion: await assertion() }
    expect((await post(ta.app, '/list', parameters)).statusCode).toBe(401)
  })

  test('with the client_id of another client', async () => {
    expect((await authenticated('/list', { client_id: 'https://other.example' })).statusCode).toBe(401)
    expect((await authenticated('/list', { client_id: client.id })).statusCode).toBe(200)
  })

  test('that was already used, also at another process', { tags: '8.8/claims' }, async () => {
    const used = () => ta.redis.client.keys(ta.names.clientAssertion('*'))
    const other = buildApp({
      ...ta.parts,
      version: 'other',
      resolver: createResolver(ta.parts),
      authMethods: createAuthMethods(ta.parts.ownMetadata),
      clients: createClientAuthenticator({
        ...ta.parts,
        replays: createReplayGuard({ redis: ta.redis.client }),
      }),
    })
    const parameters = { client_assertion_type: assertionType, client_assertion: await assertion() }
    await ta.redis.client.del(...(await used()), 'none')
    expect((await post(ta.app, '/list', parameters)).statusCode).toBe(200)
    // It is stored as long as it is valid, including the clock-skew allowance.
    expect(await ta.redis.client.ttl(String(await used()))).toBeGreaterThan(115)
    for (const app of [ta.app, other]) {
      const answer = await post(app, '/list', parameters)
      expect(answer.statusCode).toBe(401)
      expect(answer.json().error_description).toContain('already used')
    }
    await other.close()
  })

  test('of a client that was removed', async () => {
    const former = await offlineEntity('http://127.0.0.1:2')
    await ta.publishSubordinate(former)
    expect((await authenticated('/list', {}, former)).statusCode).toBe(200)
    await ta.removeSubordinate(former.id)
    expect((await authenticated('/list', {}, former)).statusCode).toBe(401)
  })
})

test('accepts an audience in an array, and the specific type of assertions', async () => {
  await setMethods(['private_key_jwt'])
  const changes = { claims: { aud: [entityId] }, header: { typ: 'client-authentication+jwt' } }
  expect((await authenticated('/list', {}, changes)).statusCode).toBe(200)
})

test('accepts clients below an Intermediate, or below another, pinned anchor', {
  tags: '8.8/signature',
}, async () => {
  await setMethods(['private_key_jwt'])
  const federations: Federation[] = await Promise.all([
    below(entityId).intermediate().leaf().start(),
    anchor().leaf().start(),
  ])
  const [ours, theirs] = federations
  if (!ours || !theirs) throw new Error('two federations were started')
  await ta.publishSubordinate({ id: ours.top.id, keys: ours.top.keys })
  expect((await authenticated('/list', {}, ours.leaf)).statusCode).toBe(200)
  expect((await authenticated('/list', {}, theirs.leaf)).statusCode).toBe(401)
  await ta.redis.client.hset(ta.names.trustAnchors, theirs.top.id, JSON.stringify(theirs.top.keys))
  await ta.announce({ kind: 'trust-anchors' })
  expect((await authenticated('/list', {}, theirs.leaf)).statusCode).toBe(200)
  await Promise.all(federations.map((federation) => federation.close()))
})
