/** Collecting candidates within limits of number, depth and time (§18.1). */
import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { StatementSource } from '#core/trust-chain/index.ts'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { collect, diamond, straight } from '../fixture/collect.ts'
import { line, planned } from '../fixture/federation.ts'
import type { EntityName } from '../fixture/keys.ts'
import { id, refusal } from '../fixture/statement.ts'

describe('limits (§18.1)', () => {
  eachRow([
    proves(
      ['authority hints', { authorityHints: 1 }, line({ leaf: { under: ['lower', 'anchor'] } }), [straight]],
      '18.1/bounds',
    ),
    proves(
      [
        'depth',
        { depth: 2 },
        line({ leaf: { under: ['lower', 'anchor'] } }),
        ['leaf>leaf anchor>leaf anchor>anchor'],
      ],
      '18.1/bounds',
    ),
    ['depth of a single chain', { depth: 2 }, line(), []],
    proves(['fetches', { fetches: 3 }, line(), []], '18.1/bounds'),
    ['fetches of statements', { fetches: 6 }, line(), []],
  ])('%s', async (_what, limits, plan, expected) => {
    const { paths, faults } = await collect(plan, { limits })
    expect(paths).toEqual(expected)
    const errors = faults.map(([, , error]) => error)
    expect(errors).toContainEqual(refusal('invalid_trust_chain', { check: 'limits' }))
  })

  it('are inclusive', async () => {
    const { paths, faults } = await collect(line(), { limits: { depth: 3, fetches: 7, authorityHints: 1 } })
    expect({ paths, faults }).toEqual({ paths: [straight], faults: [] })
  })

  it('end the run after enough chains', async () => {
    expect((await collect(diamond, { limits: { chains: 1 } })).paths).toHaveLength(1)
  })

  it('apply if all entities hint at each other', { tags: '17.1/circles' }, async () => {
    const names: EntityName[] = ['leaf', 'lower', 'upper', 'side', 'second', 'owner', 'outsider']
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

  it('ends the run when it is over', async () => {
    const { paths, faults, requests } = await collect(line(), { signal: AbortSignal.abort() })
    expect({ paths, faults, requests }).toEqual({
      paths: [],
      faults: [['leaf', undefined, overdue]],
      requests: [],
    })
  })

  it('is not watched after a fetch', async () => {
    const { signal } = new AbortController()
    expect((await collect(line(), { signal })).paths).toEqual([straight])
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('ends the wait for a Superior that does not respond', async () => {
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

  it('is not wasted on a Superior that does not respond while another does', async () => {
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

  it('keeps whether a failure is retryable', async () => {
    const failing: StatementSource = {
      entityConfiguration: () => Promise.reject(Object.assign(new Error('busy'), { retryable: true })),
      subordinateStatement: () => Promise.reject(new Error('not asked')),
    }
    const { faults } = await collect({}, { source: failing })
    expect(faults).toEqual([['leaf', undefined, refusal('temporarily_unavailable', { retryable: true })]])
  })
})
