/** Collecting candidates within limits of number, depth and time (§18.1). */
import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { entityLimits, type StatementSource } from '#core/trust-chain/index.ts'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { collect, diamond, straight } from '../fixture/collect.ts'
import { line, planned } from '../fixture/federation.ts'
import type { EntityName } from '../fixture/keys.ts'
import { id, keySet, refusal } from '../fixture/statement.ts'

/** The leaf's key, and others to make up the number. */
function manyKeys(count: number) {
  const { keys } = keySet('leaf')
  return {
    keys: [...keys, ...Array.from({ length: count - 1 }, (_, n) => ({ ...keys[0], kid: `other-${n}` }))],
  }
}

describe('limits (§18.1)', () => {
  eachRow([
    proves(['authority hints', { authorityHints: 1 }, diamond, [straight]], '18.1/bounds'),
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

  it('leave the hint of a Trust Anchor, even when it comes last', async () => {
    const strangers = Array.from(
      { length: 2 * entityLimits.authorityHints },
      (_, n) => `https://${n}.example`,
    )
    const configuration = { authority_hints: [...strangers, id('anchor')] }
    const { paths } = await collect(line({ leaf: { configuration } }), { limits: { fetches: 50 } })
    expect(paths).toEqual(['leaf>leaf anchor>leaf anchor>anchor'])
  })

  it('count a repeated hint once', async () => {
    const configuration = { authority_hints: [id('side'), id('side'), id('lower')] }
    const { paths, faults } = await collect(line({ leaf: { configuration } }), {
      limits: { authorityHints: 2 },
    })
    expect(paths).toEqual([straight])
    expect(faults).toEqual([['leaf', 'side', refusal('not_found')]])
  })

  it.each<[what: string, at: 'leaf' | 'lower', configuration: object, message: RegExp]>([
    ['the size of the subject', 'leaf', { padding: 'x'.repeat(entityLimits.bytes) }, /leaf\S+ has \d+ bytes/],
    [
      'the size of a Superior',
      'lower',
      { padding: 'x'.repeat(entityLimits.bytes) },
      /lower\S+ has \d+ bytes/,
    ],
    ['keys', 'leaf', { jwks: manyKeys(entityLimits.keys + 1) }, /leaf\S+ has 101 keys\. At most 100/],
  ])('refuse %s', async (_what, at, configuration, message) => {
    const { paths, faults } = await collect(line({ [at]: { under: line()[at]?.under, configuration } }))
    expect(paths).toEqual([])
    const error = expect.objectContaining({
      message: expect.stringMatching(message),
      detail: expect.objectContaining({ check: 'limits' }),
    })
    expect(faults.map((fault) => fault[2])).toEqual([error])
  })

  it('do not apply to the size of a Trust Anchor', async () => {
    const anchor = { configuration: { padding: 'x'.repeat(entityLimits.bytes) } }
    expect((await collect(line({ anchor }))).paths).toEqual([straight])
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
