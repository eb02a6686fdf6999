/** Collecting candidates upwards through authority hints (§10.1). */
import { describe, expect, it } from 'vitest'
import { FederationError } from '#core/errors.ts'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { collect, diamond, straight } from '../fixture/collect.ts'
import { line, type Plan, planned } from '../fixture/federation.ts'
import { id, keySet, NOW, refusal } from '../fixture/statement.ts'

describe('paths', () => {
  it('reaches the Trust Anchor', { tags: '10.1/climb' }, async () => {
    expect(await collect(line())).toMatchObject({ paths: [straight], faults: [] })
  })

  it('stops immediately if the subject is a Trust Anchor', async () => {
    const { paths, requests } = await collect(line(), {}, 'anchor')
    expect({ paths, requests }).toEqual({ paths: ['anchor>anchor'], requests: [id('anchor')] })
  })

  it('finds both sides of a diamond, and fetches nothing twice', { tags: '10.1/fetch-once' }, async () => {
    const { paths, requests } = await collect(diamond)
    expect(paths).toEqual([straight, 'leaf>leaf side>leaf upper>side anchor>upper anchor>anchor'])
    expect(new Set(requests).size).toBe(requests.length)
  })

  it('returns shorter chains first', async () => {
    const { paths } = await collect(line({ leaf: { under: ['lower', 'anchor'] } }))
    expect(paths).toEqual(['leaf>leaf anchor>leaf anchor>anchor', straight])
  })

  it('finds every requested Trust Anchor, and stops at each', async () => {
    const plan = line({ anchor: { under: ['second'] }, leaf: { under: ['lower', 'second'] } })
    const trustAnchors = [id('anchor'), id('second')]
    const { paths } = await collect({ ...plan, second: {} }, { trustAnchors })
    expect(paths).toEqual(['leaf>leaf second>leaf second>second', straight])
  })

  it('fetches from the endpoint that the Superior states (§8.1)', async () => {
    const { requests } = await collect({ anchor: {}, leaf: { under: ['anchor'] } })
    expect(requests).toEqual([id('leaf'), id('anchor'), `${id('anchor')}/fetch?sub=${id('leaf')}`])
  })

  it('finds no chain if no hint leads to the Trust Anchor', async () => {
    const { paths, faults } = await collect({ second: {}, leaf: { under: ['second'] } })
    expect({ paths, faults }).toEqual({ paths: [], faults: [] })
  })

  it('follows a duplicate hint once', async () => {
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

  it('do not affect the others', async () => {
    const { paths, faults } = await collect(unreachable)
    expect(paths).toHaveLength(1)
    expect(faults).toEqual([['leaf', 'side', refusal('not_found', { check: 'fetch' })]])
  })

  eachRow<[string, Plan, [string, string | undefined, Error]]>([
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
    proves(
      [
        'a Superior has no fetch endpoint',
        { leaf: { under: ['anchor'] }, anchor: noEndpoint },
        [
          'leaf',
          'anchor',
          refusal('invalid_request', {
            path: ['metadata', 'federation_entity', 'federation_fetch_endpoint'],
          }),
        ],
      ],
      '5.1.1/fetch-endpoint',
    ),
    proves(
      [
        'a fetch endpoint is not https',
        { leaf: { under: ['anchor'] }, anchor: badEndpoint },
        [
          'leaf',
          'anchor',
          refusal('invalid_request', {
            path: ['metadata', 'federation_entity', 'federation_fetch_endpoint'],
          }),
        ],
      ],
      '5.1.1/endpoint-url',
    ),
    [
      'a Superior knows another subject',
      { leaf: { under: ['anchor'] }, anchor: { about: { leaf: { sub: id('side') } } } },
      ['leaf', 'anchor', refusal('invalid_request', { check: 'sub' })],
    ],
    proves(
      [
        'a statement is not signed with the keys of its issuer (§3.2 steps 10-12)',
        { leaf: { under: ['anchor'] }, anchor: { configuration: { jwks: keySet('side') } } },
        ['leaf', 'anchor', refusal('invalid_request', { check: 'signature' })],
      ],
      '3.2/step-10',
    ),
  ])('are reported: %s', async (_what, plan, fault) => {
    expect(await collect(plan)).toMatchObject({ paths: [], faults: [fault] })
  })

  it('end at a loop (§10.1)', {
    tags: ['10.1/loop', '17.1/circles'],
  }, async () => {
    const plan = line({ upper: { under: ['lower', 'leaf', 'anchor'] } })
    const { paths, faults } = await collect(plan)
    expect(paths).toEqual([straight])
    const loop = refusal('invalid_trust_chain', { check: 'loop' })
    expect(faults).toEqual([
      ['upper', 'lower', loop],
      ['upper', 'leaf', loop],
    ])
  })

  it('are reported once if two paths share them', async () => {
    const { upper: _upper, ...rest } = diamond
    const { faults } = await collect({ ...rest, upper: { under: ['second'] } })
    expect(faults).toEqual([['upper', 'second', refusal('not_found')]])
  })
})

describe('an error', () => {
  it('of the source is reported unchanged if it is a FederationError', async () => {
    const error = new FederationError('temporarily_unavailable', 'the store is away')
    const source = { ...planned({}).source, entityConfiguration: () => Promise.reject(error) }
    const { faults } = await collect({}, { source })
    expect(faults[0]?.[2]).toBe(error)
  })

  it("of a programmer's mistake is not caught", async () => {
    await expect(collect(line(), { now: 1n })).rejects.toThrow(TypeError)
  })
})
