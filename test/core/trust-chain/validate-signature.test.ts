/** Tests the signatures of a Trust Chain, and that no change of a chain goes unnoticed (§10.2). */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FederationError } from '#core/errors.ts'
import { validateTrustChain } from '#core/trust-chain/index.ts'
import { line, type Plan, planned } from '../fixture/federation.ts'
import { type EntityName, keys } from '../fixture/keys.ts'
import {
  configurationClaims,
  id,
  keySet,
  NOW,
  refusal,
  signConfiguration,
  signStatement,
  signSubordinate,
  subordinateClaims,
} from '../fixture/statement.ts'

const options = { trustAnchorKeys: keySet('anchor'), now: NOW }
const along = (changes: Plan = {}, names: EntityName[] = ['leaf', 'lower', 'upper', 'anchor']) =>
  planned(line(changes)).chain(...names)

describe('signatures (§10.2)', () => {
  const refused = (statement: number) => refusal('invalid_trust_chain', { check: 'signature', statement })

  it('verifies the Trust Anchor with the trusted keys, not with its own', {
    tags: '4/anchor-keys',
  }, async () => {
    const trusted = { ...options, trustAnchorKeys: keySet('second') }
    await expect(validateTrustChain(await along(), trusted)).rejects.toThrow(refused(4))
    await expect(validateTrustChain((await along()).slice(0, -1), trusted)).rejects.toThrow(refused(3))
    await expect(validateTrustChain(await along({}, ['anchor']), trusted)).rejects.toThrow(refused(0))
  })

  it.each([
    ['what the Trust Anchor states', { anchor: { configuration: { jwks: keySet('second') } } }, 3],
    ['an Intermediate', { anchor: { about: { upper: { jwks: keySet('lower') } } } }, 2],
    ['the Immediate Superior', { upper: { about: { lower: { jwks: keySet('upper') } } } }, 1],
    ['the subject', { lower: { about: { leaf: { jwks: keySet('lower') } } } }, 0],
  ])(
    'verifies with the keys that the statement above lists: %s',
    { tags: '10.2/signatures' },
    async (_what, plan, statement) => {
      await expect(validateTrustChain(await along(plan), options)).rejects.toThrow(refused(statement))
    },
  )

  it('verifies the subject with its own keys and with those in the statement about it', {
    tags: '10.2/first',
  }, async () => {
    const statements = await along({ leaf: { configuration: { jwks: keySet('side') } } })
    await expect(validateTrustChain(statements, options)).rejects.toThrow(refused(0))
  })

  it('refuses another key with the same kid', { tags: '10.2/signatures' }, async () => {
    const impostor = { ...keys.side, kid: keys.upper.kid }
    const statements = await along()
    const forged = await signStatement(subordinateClaims('upper', 'lower'), impostor)
    await expect(validateTrustChain(statements.with(2, forged), options)).rejects.toThrow(refused(2))
  })

  it('accepts the keys of a rollover side by side (§11.2)', { tags: '11.2/overlap' }, async () => {
    const both = keySet('leaf', 'side')
    const statements = await along({ lower: { about: { leaf: { jwks: both } } } })
    const rolled = await signStatement(
      configurationClaims('leaf', { jwks: both, authority_hints: [id('lower')] }),
      keys.side,
    )
    await expect(validateTrustChain(statements.with(0, rolled), options)).resolves.toBeDefined()
  })
})

it('is invalid after any single change', { tags: '10.2/unchanged' }, async () => {
  const statements = await along()
  const outsider = [await signConfiguration('side'), await signSubordinate('side', 'lower')]
  const position = fc.nat(statements.length - 1)
  const character = fc.constantFrom(...'ABab01-_.')
  const change = fc.oneof(
    fc
      .tuple(position, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), character)
      .map(([at, where, to]) => {
        const jwt = statements[at] ?? ''
        const index = Math.floor(where * jwt.length)
        return statements.with(at, jwt.slice(0, index) + to + jwt.slice(index + 1))
      }),
    // The last statement is the Trust Anchor's own, which may be left out.
    fc.nat(statements.length - 2).map((at) => statements.toSpliced(at, 1)),
    position.map((at) => statements.toSpliced(at, 0, statements[at] ?? '')),
    fc
      .tuple(position, position)
      .map(([a, b]) => statements.with(a, statements[b] ?? '').with(b, statements[a] ?? '')),
    fc.tuple(position, fc.constantFrom(...outsider)).map(([at, jwt]) => statements.with(at, jwt)),
  )
  await fc.assert(
    fc.asyncProperty(change, async (changed) => {
      fc.pre(changed.join() !== statements.join())
      const error = await validateTrustChain(changed, options).catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(FederationError)
    }),
    { numRuns: 300 },
  )
})
