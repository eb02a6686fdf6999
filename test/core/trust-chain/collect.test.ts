/** Collecting candidates upwards through authority hints (§10.1), within bounds (§18.1). */
import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { FederationError } from '#core/errors.ts'
import { collectTrustChains, type StatementSource } from '#core/trust-chain/index.ts'
import { line, type Plan, planned } from '../fixture/federation.ts'
import type { EntityName } from '../fixture/keys.ts'
import { id, keySet, NOW, refusal } from '../fixture/statement.ts'

/** leaf under lower and side, both under upper, under anchor. */
const diamond: Plan = { ...line(), side: { under: ['upper'] }, leaf: { under: ['lower', 'side'] } }

async function collect(plan: Plan, changes: object = {}, subject: EntityName = 'leaf') {
  const { source, requests } = planned(plan)
  const options = { trustAnchors: [id('anchor')], source, now: NOW, ...changes }
  const { chains, failures } = await collectTrustChains(id(subject), options)
  const paths = chains.map((chain) =>
    chain.map(({ claims }) => `${short(claims.iss)}>${short(claims.sub)}`).join(' '),
  )
  const faults = failures.map(({ entity, superior, error }) => [
    short(entity),
    superior && short(superior),
    error,
  ])
  return { paths, faults, requests }
}

const short = (entity: string) => entity.slice('https://'.length, -'.example'.length)

const straight = 'leaf>leaf lower>leaf upper>lower anchor>upper anchor>anchor'

describe('paths', () => {
  it('climbs to the Trust Anchor', async () => {
    expect(await collect(line())).toMatchObject({ paths: [straight], faults: [] })
  })

  it('is done at once where the subject is a Trust Anchor', async () => {
    const { paths, requests } = await collect(line(), {}, 'anchor')
    expect({ paths, requests }).toEqual({ paths: ['anchor>anchor'], requests: [id('anchor')] })
  })

  it('finds both sides of a diamond, and fetches nothing twice', async () => {
    const { paths, requests } = await collect(diamond)
    expect(paths).toEqual([straight, 'leaf>leaf side>leaf upper>side anchor>upper anchor>anchor'])
    expect(new Set(requests).size).toBe(requests.length)
  })

  it('returns shorter chains first', async () => {
    const { paths } = await collect(line({ leaf: { under: ['lower', 'anchor'] } }))
    expect(paths).toEqual(['leaf>leaf anchor>leaf anchor>anchor', straight])
  })

  it('finds every Trust Anchor that was asked for, and stops at each', async () => {
    const plan = line({ anchor: { under: ['second'] }, leaf: { under: ['lower', 'second'] } })
    const trustAnchors = [id('anchor'), id('second')]
    const { paths } = await collect({ ...plan, second: {} }, { trustAnchors })
    expect(paths).toEqual(['leaf>leaf second>leaf second>second', straight])
  })

  it('fetches from the endpoint that the Superior states (§8.1)', async () => {
    const { requests } = await collect({ anchor: {}, leaf: { under: ['anchor'] } })
    expect(requests).toEqual([id('leaf'), id('anchor'), `${id('anchor')}/fetch?sub=${id('leaf')}`])
  })

  it('ends without a chain where no hint leads to the Trust Anchor', async () => {
    const { paths, faults } = await collect({ second: {}, leaf: { under: ['second'] } })
    expect({ paths, faults }).toEqual({ paths: [], faults: [] })
  })

  it('follows a hint that stands there twice once', async () => {
    const { paths } = await collect({ anchor: {}, leaf: { under: ['anchor', 'anchor'] } })
    expect(paths).toHaveLength(1)
  })
})

describe('branches that fail', () => {
  const unreachable: Plan = { anchor: {}, leaf: { under: ['side', 'anchor'] } }
  const noEndpoint = { metadata: { federation_entity: {} } }
  const badEndpoint = {
    metadata: { federation_entity: { federation_fetch_endpoint: 'http://anchor.example' } },
  }

  it('leave the others alone', async () => {
    const { paths, faults } = await collect(unreachable)
    expect(paths).toHaveLength(1)
    expect(faults).toEqual([['leaf', 'side', refusal('not_found', { check: 'fetch' })]])
  })

  it.each<[string, Plan, [string, string | undefined, Error]]>([
    ['the subject does not answer', {}, ['leaf', undefined, refusal('not_found')]],
    [
      'the subject has expired',
      { leaf: { configuration: { exp: NOW - 60 } } },
      ['leaf', undefined, refusal('invalid_request', { check: 'exp' })],
    ],
    [
      'a Superior answers in the name of another',
      { leaf: { under: ['anchor'] }, anchor: { configuration: { sub: id('side'), iss: id('side') } } },
      ['leaf', 'anchor', refusal('invalid_request', { check: 'sub' })],
    ],
    [
      'a Superior has no fetch endpoint',
      { leaf: { under: ['anchor'] }, anchor: noEndpoint },
      [
        'leaf',
        'anchor',
        refusal('invalid_request', { path: 'metadata.federation_entity.federation_fetch_endpoint' }),
      ],
    ],
    [
      'a fetch endpoint is not https',
      { leaf: { under: ['anchor'] }, anchor: badEndpoint },
      [
        'leaf',
        'anchor',
        refusal('invalid_request', { path: 'metadata.federation_entity.federation_fetch_endpoint' }),
      ],
    ],
    [
      'a Superior knows another subject',
      { leaf: { under: ['anchor'] }, anchor: { about: { leaf: { sub: id('side') } } } },
      ['leaf', 'anchor', refusal('invalid_request', { check: 'sub' })],
    ],
    [
      'a statement is not signed with the keys of its issuer (§3.2 steps 10-12)',
      { leaf: { under: ['anchor'] }, anchor: { configuration: { jwks: keySet('side') } } },
      ['leaf', 'anchor', refusal('invalid_request', { check: 'signature' })],
    ],
  ])('are reported: %s', async (_what, plan, fault) => {
    expect(await collect(plan)).toMatchObject({ paths: [], faults: [fault] })
  })

  it('lead back to where they come from: a loop is left (§10.1)', async () => {
    const plan = line({ upper: { under: ['lower', 'leaf', 'anchor'] } })
    const { paths, faults } = await collect(plan)
    expect(paths).toEqual([straight])
    const loop = refusal('invalid_trust_chain', { check: 'loop' })
    expect(faults).toEqual([
      ['upper', 'lower', loop],
      ['upper', 'leaf', loop],
    ])
  })

  it('are reported once where two paths share them', async () => {
    const { upper: _upper, ...rest } = diamond
    const { faults } = await collect({ ...rest, upper: { under: ['second'] } })
    expect(faults).toEqual([['upper', 'second', refusal('not_found')]])
  })
})

describe('what is thrown', () => {
  it('by the source as a FederationError is reported as it is', async () => {
    const error = new FederationError('temporarily_unavailable', 'the store is away')
    const source = { ...planned({}).source, entityConfiguration: () => Promise.reject(error) }
    const { faults } = await collect({}, { source })
    expect(faults[0]?.[2]).toBe(error)
  })

  it("by a programmer's mistake is not caught", async () => {
    await expect(collect(line(), { now: 1n })).rejects.toThrow(TypeError)
  })
})

describe('bounds (§18.1)', () => {
  it.each([
    ['authority hints', { authorityHints: 1 }, line({ leaf: { under: ['lower', 'anchor'] } }), [straight]],
    [
      'depth',
      { depth: 2 },
      line({ leaf: { under: ['lower', 'anchor'] } }),
      ['leaf>leaf anchor>leaf anchor>anchor'],
    ],
    ['depth of a single chain', { depth: 2 }, line(), []],
    ['fetches', { fetches: 3 }, line(), []],
    ['fetches of statements', { fetches: 6 }, line(), []],
  ])('%s', async (_what, limits, plan, expected) => {
    const { paths, faults } = await collect(plan, { limits })
    expect(paths).toEqual(expected)
    const errors = faults.map(([, , error]) => error)
    expect(errors).toContainEqual(refusal('invalid_trust_chain', { check: 'limits' }))
  })

  it('suffice exactly', async () => {
    const { paths, faults } = await collect(line(), { limits: { depth: 3, fetches: 7, authorityHints: 1 } })
    expect({ paths, faults }).toEqual({ paths: [straight], faults: [] })
  })

  it('end the run after enough chains', async () => {
    expect((await collect(diamond, { limits: { chains: 1 } })).paths).toHaveLength(1)
  })

  it('hold where everybody hints at everybody', async () => {
    const names: EntityName[] = ['leaf', 'lower', 'upper', 'side', 'second', 'owner', 'stranger']
    const everybody = Object.fromEntries(
      names.map((name) => [name, { under: names.filter((other) => other !== name) }]),
    )
    const { paths, requests, faults } = await collect(everybody)
    expect(paths).toEqual([])
    expect(requests).toHaveLength(names.length)
    const errors = faults.map(([, , error]) => error)
    expect(errors).toContainEqual(refusal('invalid_trust_chain', { check: 'limits' }))
  })
})

describe('time', () => {
  const overdue = refusal('temporarily_unavailable', { check: 'limits', retryable: true })

  it('that is over ends the run', async () => {
    const { paths, faults, requests } = await collect(line(), { signal: AbortSignal.abort() })
    expect({ paths, faults, requests }).toEqual({
      paths: [],
      faults: [['leaf', undefined, overdue]],
      requests: [],
    })
  })

  it('is watched no longer than a statement is waited for', async () => {
    const { signal } = new AbortController()
    expect((await collect(line(), { signal })).paths).toEqual([straight])
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('that runs out ends the wait for a Superior that hangs', async () => {
    const { source } = planned({ leaf: { under: ['side'] } })
    const time = new AbortController()
    const entityConfiguration: StatementSource['entityConfiguration'] = (entity) => {
      if (entity !== id('side')) return source.entityConfiguration(entity)
      setImmediate(() => time.abort())
      return new Promise(() => undefined)
    }
    const { faults } = await collect({}, { source: { ...source, entityConfiguration }, signal: time.signal })
    expect(faults).toEqual([['leaf', 'side', overdue]])
  })

  it('is not lost to a Superior that hangs while another answers', async () => {
    const { source } = planned(line({ leaf: { under: ['side', 'lower'] } }))
    const answered = Promise.withResolvers<never>()
    const hanging: StatementSource = {
      entityConfiguration: (entity) =>
        entity === id('side') ? answered.promise : source.entityConfiguration(entity),
      subordinateStatement: (request) => {
        // The last level of the other branch has been reached.
        if (request.issuer === id('anchor')) answered.reject(new Error('given up'))
        return source.subordinateStatement(request)
      },
    }
    const { paths, faults } = await collect({}, { source: hanging })
    expect({ paths, faults }).toEqual({ paths: [straight], faults: [['leaf', 'side', refusal('not_found')]] })
  })

  it('takes over whether a failure may pass', async () => {
    const failing: StatementSource = {
      entityConfiguration: () => Promise.reject(Object.assign(new Error('busy'), { retryable: true })),
      subordinateStatement: () => Promise.reject(new Error('not asked')),
    }
    const { faults } = await collect({}, { source: failing })
    expect(faults).toEqual([['leaf', undefined, refusal('temporarily_unavailable', { retryable: true })]])
  })
})
