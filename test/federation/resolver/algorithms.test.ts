/** Tests ML-DSA (RFC 9964) and ES256K (RFC 8812) wherever others sign: chains, marks, clients, pinned anchors. */
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import { verifyJwt } from '#core/jws.ts'
import { generateSigningKey, type Jwk, type SigningAlgorithm } from '#core/keys.ts'
import { buildTrustMark, TRUST_MARK_TYP } from '#core/trust-mark/index.ts'
import { type EntityOptions, relyingParty, startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { generateEs256kKey } from '#test/helpers/es256k.ts'
import { inEach, inTest } from '#test/helpers/in-file.ts'
import { publishMethods } from '../client/endpoints.ts'
import { assertionType, post, signAssertion } from '../client.ts'
import { entityId, startTrustAnchor, type TrustAnchor } from '../trust-anchor.ts'

type Named = SigningAlgorithm | 'ES256K'
const keyFor = (alg: Named): Promise<Jwk> =>
  alg === 'ES256K' ? generateEs256kKey() : generateSigningKey(alg)

async function start(alg: Named, superiors: string[], options: EntityOptions = {}): Promise<TestEntity> {
  const hints = superiors.length > 0 ? { authorityHints: superiors } : {}
  const entity = await inTest(startEntity({ key: await keyFor(alg), ...hints, ...options }))
  return entity
}

async function startAnchor(alg: SigningAlgorithm): Promise<TrustAnchor> {
  const ta = await inTest(startTrustAnchor({ alg }))
  await ta.publishConfiguration({})
  return ta
}

const register = (ta: TrustAnchor, { id, keys }: TestEntity) =>
  ta.publishSubordinate({ id, keys, entityTypes: ['federation_entity'] })

/** The verified claims of the resolve response. */
async function resolve(ta: TrustAnchor, sub: string, trustAnchor = entityId) {
  const { body } = await ta.get('/resolve', { sub, trust_anchor: trustAnchor })
  const { claims } = await verifyJwt(body, { typ: 'resolve-response+jwt', keys: ta.jwks, at: null })
  return claims as { trust_chain: string[]; trust_marks?: { trust_mark: string }[] }
}
const algorithmsOf = (chain: string[]) => chain.map((jwt) => decodeProtectedHeader(jwt).alg)

describe('a Trust Chain', () => {
  it.each([
    ['ES256', 'ML-DSA-65', 'ES256'],
    ['ML-DSA-65', 'ES256', 'ML-DSA-65'],
    ['ES256K', 'ML-DSA-44', 'ES256'],
    ['ML-DSA-87', 'ES256K', 'ES512'],
  ] as const)(
    'of a leaf with %s below an Intermediate with %s and an anchor with %s',
    async (of, above, top) => {
      const ta = await startAnchor(top)
      const intermediate = await start(above, [entityId])
      const leaf = await start(of, [intermediate.id], { metadata: relyingParty })
      intermediate.adopt(leaf)
      await register(ta, intermediate)
      expect(algorithmsOf((await resolve(ta, leaf.id)).trust_chain)).toEqual([of, above, top, top])
    },
  )

  it('under another anchor, whose ML-DSA key is pinned', async () => {
    const ta = await startAnchor('ES256')
    const other = await start('ML-DSA-65', [])
    const leaf = await start('ES256', [other.id], { metadata: relyingParty })
    other.adopt(leaf)
    await ta.redis.client.hset(ta.names.trustAnchors, other.id, JSON.stringify(other.keys))
    const { trust_chain } = await resolve(ta, leaf.id, other.id)
    expect(algorithmsOf(trust_chain)).toEqual(['ES256', 'ML-DSA-65', 'ML-DSA-65'])
  })

  it('is refused where a statement has the signature of another key', async () => {
    const ta = await startAnchor('ES256')
    const leaf = await start('ML-DSA-65', [entityId], { metadata: relyingParty })
    await register(ta, leaf)
    leaf.key = { ...(await generateSigningKey('ML-DSA-65')), kid: leaf.key.kid }
    const answer = await ta.get('/resolve', { sub: leaf.id, trust_anchor: entityId })
    expect(answer.json()).toMatchObject({ error: 'invalid_trust_chain' })
  })
})

describe.each(['ML-DSA-44', 'ML-DSA-65', 'ES256K'] as const)('with %s', (alg) => {
  const type = 'https://issuer.example/marks/certified'
  const ta = inEach(startTrustAnchor)
  afterEach(() => ta.close())

  it('a resolve response has the mark of an issuer', async () => {
    const issuer = await start(alg, [entityId])
    const leaf = await start('ES256', [entityId], { metadata: relyingParty })
    const claims = buildTrustMark({ issuer: issuer.id, subject: leaf.id, type, iat: ta.now() - 60 })
    const mark = await ta.sign(claims, TRUST_MARK_TYP, issuer.key)
    leaf.options.configuration = { trust_marks: [{ trust_mark_type: type, trust_mark: mark }] }
    await ta.publishConfiguration({ trust_mark_issuers: { [type]: [issuer.id] } })
    for (const entity of [issuer, leaf]) await register(ta, entity)
    expect((await resolve(ta, leaf.id)).trust_marks).toEqual([{ trust_mark_type: type, trust_mark: mark }])
    expect(decodeJwt(mark).iss).toBe(issuer.id)
  })

  it('a client authenticates, and not with the key of another one (§8.8)', async () => {
    const client = await start(alg, [entityId], { metadata: relyingParty })
    await register(ta, client)
    await publishMethods(ta, ['private_key_jwt'])
    const ask = async (key: Jwk) => {
      const client_assertion = await signAssertion({ id: client.id, key, now: ta.now() })
      return (await post(ta.app, '/list', { client_assertion_type: assertionType, client_assertion }))
        .statusCode
    }
    expect(await ask(client.key)).toBe(200)
    expect(await ask({ ...(await keyFor(alg)), kid: client.key.kid })).toBe(401)
  })
})
