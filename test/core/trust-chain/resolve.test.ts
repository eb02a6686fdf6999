/** Resolving an Entity: the choice among its chains (§10.3), and the error without a valid one. */
import { describe, expect, it } from 'vitest'
import { FederationError } from '#core/errors.ts'
import { buildResolveResponse } from '#core/resolve-response.ts'
import { resolveEntity } from '#core/trust-chain/index.ts'
import { type EntityPlan, line, type Plan, planned } from '../fixture/federation.ts'
import { id, keySet, NOW, refusal } from '../fixture/statement.ts'

const TYPE = 'openid_relying_party'
const trustAnchorKeys = { [id('anchor')]: keySet('anchor') }

function resolve(plan: Plan, changes: object = {}) {
  const { source } = planned(plan)
  return resolveEntity(id('leaf'), {
    trustAnchors: [id('anchor')],
    trustAnchorKeys,
    source,
    now: NOW,
    ...changes,
  })
}

describe('resolveEntity', () => {
  const twoWays = (changes: Plan = {}): Plan => ({
    ...line({ leaf: { under: ['lower', 'side'] } }),
    side: { under: ['upper'] },
    ...changes,
  })

  it('returns chain, metadata, candidates and failures', async () => {
    const resolved = await resolve(line())
    expect(resolved).toMatchObject({
      chain: { subject: id('leaf'), trustAnchor: id('anchor') },
      metadata: { [TYPE]: { contacts: ['a'] } },
      candidates: [{ path: [id('leaf'), id('lower'), id('upper'), id('anchor')] }],
      failures: [],
    })
  })

  it.each<[string, Plan, string]>([
    ['the shorter chain', line({ leaf: { under: ['lower', 'upper'] } }), 'upper'],
    [
      'the one that lives longer',
      twoWays({ lower: { under: ['upper'], about: { leaf: { exp: NOW + 9 } } } }),
      'side',
    ],
    ['the first by name', twoWays({ leaf: { under: ['side', 'lower'] } }), 'lower'],
  ])('prefers %s', async (_what, plan, expected) => {
    const { candidates } = await resolve(plan)
    expect(candidates[0]?.path[1]).toBe(id(expected as 'upper'))
  })

  it('refuses an expired chain, regardless of the clock-skew allowance (§10.4)', async () => {
    const expired: EntityPlan = { about: { leaf: { exp: NOW } }, under: ['upper'] }
    await expect(resolve(line({ lower: expired }))).rejects.toMatchObject(
      refusal('invalid_trust_chain', { check: 'exp' }),
    )
    const { candidates } = await resolve(twoWays({ lower: expired }))
    expect(candidates.at(-1)?.path[1]).toBe(id('side'))
  })

  it('skips an invalid chain, and reports why', async () => {
    const policy = { metadata_policy: { federation_entity: { organization_name: { essential: true } } } }
    const { candidates, chain } = await resolve(
      twoWays({ lower: { under: ['upper'], about: { leaf: policy } }, leaf: { under: ['lower', 'side'] } }),
    )
    expect(candidates).toEqual([
      { path: [id('leaf'), id('lower'), id('upper'), id('anchor')], error: refusal('invalid_metadata') },
      { path: [id('leaf'), id('side'), id('upper'), id('anchor')] },
    ])
    expect(chain.statements[1]?.claims.iss).toBe(id('side'))
  })

  it('returns only the requested Entity Types (§8.3)', async () => {
    expect((await resolve(line(), { entityTypes: [TYPE, 'openid_provider'] })).metadata).toHaveProperty(TYPE)
    expect((await resolve(line(), { entityTypes: ['openid_provider'] })).metadata).toEqual({})
  })

  it("does not trust a Trust Anchor's own keys", { tags: '4/anchor-keys' }, async () => {
    const outsider = { trustAnchorKeys: { [id('anchor')]: keySet('outsider') } }
    await expect(resolve(line(), outsider)).rejects.toThrow(
      refusal('invalid_trust_chain', { check: 'signature' }),
    )
  })

  it("does not treat a programmer's mistake as an invalid chain", async () => {
    const plan = { anchor: {}, second: {}, leaf: { under: ['anchor', 'second'] } } satisfies Plan
    const trustAnchors = [id('anchor'), id('second')]
    const half = { [id('anchor')]: {}, [id('second')]: keySet('second') }
    await expect(resolve(plan, { trustAnchors, trustAnchorKeys: half })).rejects.toThrow(TypeError)
  })

  it('requires keys of a Trust Anchor', { tags: '4/anchor-keys' }, async () => {
    await expect(resolve(line(), { trustAnchorKeys: {} })).rejects.toThrow(refusal('invalid_trust_anchor'))
    const resolved = await resolve(line(), { trustAnchors: [id('second'), id('anchor')] })
    expect(resolved.chain.trustAnchor).toBe(id('anchor'))
  })

  it('resolves a Trust Anchor under itself', async () => {
    const { source } = planned(line())
    const options = { trustAnchors: [id('anchor')], trustAnchorKeys, source, now: NOW }
    const { chain } = await resolveEntity(id('anchor'), options)
    expect(chain.statements).toHaveLength(1)
  })
})

describe('the most relevant failure', () => {
  it.each<[string, Plan, Error]>([
    [
      'a chain that almost held',
      line({ anchor: { about: { upper: { constraints: { max_path_length: 0 } } } } }),
      refusal('invalid_trust_chain', { check: 'max_path_length' }),
    ],
    ['the subject was not found', {}, refusal('not_found', { subject: id('leaf') })],
    [
      'the subject is faulty',
      line({ leaf: { configuration: { exp: NOW - 60 } } }),
      refusal('invalid_trust_chain', { check: 'exp' }),
    ],
    [
      'a Superior does not answer',
      { leaf: { under: ['side'] } },
      refusal('invalid_trust_chain', { issuer: id('side') }),
    ],
    [
      'the Trust Anchor does not answer',
      { leaf: { under: ['anchor'] } },
      refusal('invalid_trust_anchor', { issuer: id('anchor') }),
    ],
    [
      'the Trust Anchor states what it may not',
      line({ anchor: { configuration: { metadata_policy: {} } } }),
      refusal('invalid_trust_anchor', { issuer: id('anchor') }),
    ],
    ['no hint leads there', { leaf: {} }, refusal('invalid_trust_chain')],
    [
      'a Superior states a policy that may not stand',
      line({
        lower: { under: ['upper'], about: { leaf: { metadata_policy: { [TYPE]: { a: { add: null } } } } } },
      }),
      refusal('invalid_metadata', { issuer: id('lower') }),
    ],
  ])('%s', async (_what, plan, error) => {
    await expect(resolve(plan)).rejects.toThrow(error)
  })

  it('is that of the source, if it cannot be reached', async () => {
    const away = () => Promise.reject(new FederationError('temporarily_unavailable', 'the store is away'))
    const source = { entityConfiguration: away, subordinateStatement: away }
    await expect(resolve({}, { source })).rejects.toThrow(refusal('temporarily_unavailable'))
  })

  it('is a temporary one, if there is one', async () => {
    const { source } = planned({ leaf: { under: ['side', 'upper'] } })
    const busy = Object.assign(new Error('busy'), { retryable: true })
    const partly = {
      ...source,
      entityConfiguration: (entity: string) =>
        entity === id('upper') ? Promise.reject(busy) : source.entityConfiguration(entity),
    }
    await expect(resolve({}, { source: partly })).rejects.toThrow(
      refusal('temporarily_unavailable', { issuer: id('upper'), retryable: true }),
    )
  })
})

describe('buildResolveResponse (§8.3.2)', () => {
  it('contains the signed chain, and the marks if there are any', {
    tags: '8.3.2/claims',
  }, async () => {
    const { chain, metadata } = await resolve(line())
    const input = {
      issuer: id('anchor'),
      subject: id('leaf'),
      iat: NOW + 0.5,
      exp: chain.exp + 0.5, // a NumericDate of a statement may be a fraction
      chain,
      metadata,
    }
    const response = buildResolveResponse({ ...input, trustMarks: [] })
    expect(response).toEqual({
      iss: id('anchor'),
      sub: id('leaf'),
      iat: NOW,
      exp: chain.exp,
      metadata,
      trust_chain: chain.statements.map(({ jwt }) => jwt),
    })
    const trustMarks = [{ trust_mark_type: 'a', trust_mark: 'a.b.c' }]
    expect(buildResolveResponse({ ...input, trustMarks }).trust_marks).toEqual(trustMarks)
  })
})
