import { describe, expect, it } from 'vitest'
import { validateTrustChain } from '#core/trust-chain/index.ts'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { line, type Plan, planned } from '../fixture/federation.ts'
import type { EntityName } from '../fixture/keys.ts'
import { DAY, id, keySet, NOW, refusal } from '../fixture/statement.ts'

const options = { trustAnchorKeys: keySet('anchor'), now: NOW }
const along = (changes: Plan = {}, names: EntityName[] = ['leaf', 'lower', 'upper', 'anchor']) =>
  planned(line(changes)).chain(...names)

describe('a valid chain', () => {
  it('ends with the Entity Configuration of the Trust Anchor', { tags: '4/end' }, async () => {
    const statements = await along()
    const chain = await validateTrustChain(statements, { ...options, trustAnchor: id('anchor') })
    expect(chain).toMatchObject({ subject: id('leaf'), trustAnchor: id('anchor'), exp: NOW + DAY })
    expect(chain.statements.map(({ jwt }) => jwt)).toEqual(statements)
  })

  it('may omit that (§4)', { tags: '4/end' }, async () => {
    const statements = (await along()).slice(0, -1)
    expect(await validateTrustChain(statements, options)).toMatchObject({ trustAnchor: id('anchor') })
  })

  it('is only the Entity Configuration if the Trust Anchor is the subject', async () => {
    const chain = await validateTrustChain(await along({}, ['anchor']), options)
    expect(chain).toMatchObject({ subject: id('anchor'), trustAnchor: id('anchor') })
  })

  it('has an Intermediate as its subject as well as a Leaf (§4.1)', async () => {
    const chain = await validateTrustChain(await along({}, ['lower', 'upper', 'anchor']), options)
    expect(chain.subject).toBe(id('lower'))
  })

  it('ends at the Trust Anchor even if that has Superiors elsewhere (§4.1)', async () => {
    const statements = await along({ anchor: { under: ['second'] } })
    await expect(validateTrustChain(statements, options)).resolves.toMatchObject({
      trustAnchor: id('anchor'),
    })
  })

  it('expires with the first of its statements (§10.4)', { tags: '10.4/exp' }, async () => {
    const statements = await along({ upper: { about: { lower: { exp: NOW + 7 } } } })
    expect((await validateTrustChain(statements, options)).exp).toBe(NOW + 7)
  })

  it('may be parsed already', async () => {
    const { statements } = await validateTrustChain(await along(), options)
    await expect(validateTrustChain(statements, options)).resolves.toMatchObject({ subject: id('leaf') })
  })
})

describe('the shape of a chain (§4)', () => {
  eachRow<[string, (chain: string[]) => string[], object]>([
    ['nothing', () => [], { check: 'length' }],
    ['more statements than any chain has', ([leaf = '']) => new Array(25).fill(leaf), { check: 'length' }],
    proves(
      ['no Entity Configuration at its start', (chain) => chain.slice(1), { check: 'subject', statement: 0 }],
      '4/order',
      '10.2/first',
    ),
    proves(
      ['a statement left out', (chain) => chain.toSpliced(1, 1), { check: 'link', statement: 1 }],
      '4/order',
      '10.2/linked',
    ),
    proves(
      [
        'two statements in the wrong order',
        ([a = '', b = '', c = '', d = '']) => [a, c, b, d],
        { check: 'link' },
      ],
      '4/order',
    ),
    proves(
      ['the subject twice', ([leaf = '']) => [leaf, leaf], { check: 'loop', statement: 1 }],
      '10.2/linked',
    ),
    [
      'an Entity Configuration in between',
      (chain) => chain.toSpliced(1, 0, chain[0] ?? ''),
      { check: 'loop' },
    ],
    ['something that is no statement', (chain) => chain.with(2, 'x'), { check: 'jwt', statement: 2 }],
  ])('refuses %s', async (_what, change, detail) => {
    await expect(validateTrustChain(change(await along()), options)).rejects.toThrow(
      refusal('invalid_trust_chain', detail),
    )
  })

  it('refuses a loop (§10.1)', { tags: '10.1/loop' }, async () => {
    const statements = await along({ lower: { about: { upper: {} } }, upper: { about: { lower: {} } } }, [
      'leaf',
      'lower',
      'upper',
      'lower',
      'upper',
      'anchor',
    ])
    await expect(validateTrustChain(statements, options)).rejects.toThrow(
      refusal('invalid_trust_chain', { check: 'loop', statement: 3 }),
    )
  })

  it('refuses a Trust Anchor that was not requested', { tags: '10.2/anchor' }, async () => {
    const anchored = { ...options, trustAnchor: id('second') }
    await expect(validateTrustChain(await along(), anchored)).rejects.toThrow(
      refusal('invalid_trust_chain', { check: 'trust_anchor' }),
    )
  })

  it('refuses a Superior that the subject does not hint at (§3.2 step 6)', {
    tags: '3.2/step-6-superior',
  }, async () => {
    const statements = await along({ leaf: { under: ['side'] } })
    await expect(validateTrustChain(statements, options)).rejects.toThrow(
      refusal('invalid_trust_chain', { check: 'authority_hints', statement: 1 }),
    )
  })
})

describe('each statement of a chain', () => {
  it.each([
    ['expired Entity Configuration', { leaf: { configuration: { exp: NOW - 60 } } }, 'exp', 0],
    ['expired Subordinate Statement', { upper: { about: { lower: { exp: NOW - 60 } } } }, 'exp', 2],
    ['statement from the future', { anchor: { about: { upper: { iat: NOW + 61 } } } }, 'iat', 3],
    ['statement that is not valid yet', { anchor: { about: { upper: { nbf: NOW + 61 } } } }, 'nbf', 3],
    ['expired Trust Anchor', { anchor: { configuration: { exp: NOW - 60 } } }, 'exp', 4],
    ['statement without a required claim', { upper: { about: { lower: { iat: undefined } } } }, undefined, 2],
  ])('refuses an %s', { tags: '10.2/claims' }, async (_what, plan, check, statement) => {
    const detail = check ? { check, statement } : { statement }
    await expect(validateTrustChain(await along(plan), options)).rejects.toThrow(
      refusal('invalid_trust_chain', detail),
    )
  })

  eachRow([
    ['malformed metadata', { leaf: { configuration: { metadata: { a: { b: null } } } } }, 0],
    proves(
      [
        'a malformed policy',
        { anchor: { about: { upper: { metadata_policy: { a: { b: { add: 1 } } } } } } },
        3,
      ],
      '6.1.1/error',
    ),
    proves(
      ['a critical operator', { anchor: { about: { upper: { metadata_policy_crit: ['regexp'] } } } }, 3],
      '3.1.3/policy-crit-understood',
      '6.1.3.2/critical',
    ),
  ])('refuses %s as invalid metadata', async (_what, plan, statement) => {
    await expect(validateTrustChain(await along(plan), options)).rejects.toThrow(
      refusal('invalid_metadata', { statement }),
    )
  })

  it('is refused with its constraints (§6.2)', {
    tags: ['10.2/constraints', '6.2/every-statement'],
  }, async () => {
    const statements = await along({ anchor: { about: { upper: { constraints: { max_path_length: 1 } } } } })
    await expect(validateTrustChain(statements, options)).rejects.toThrow(
      refusal('invalid_trust_chain', { check: 'max_path_length', statement: 3 }),
    )
  })
})
