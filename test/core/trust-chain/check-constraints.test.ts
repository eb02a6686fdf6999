/** Constraints over a whole chain: leaf, lower, upper, anchor (§6.2). */
import { describe, expect, it } from 'vitest'
import { parseEntityStatement } from '#core/entity-statement/index.ts'
import { checkConstraints } from '#core/trust-chain/index.ts'
import { line, planned } from '../fixture/federation.ts'
import { refusal } from '../fixture/statement.ts'

const setBy = {
  anchor: (constraints: object) => ({ anchor: { about: { upper: { constraints } } } }),
  upper: (constraints: object) => ({ upper: { about: { lower: { constraints } } } }),
  lower: (constraints: object) => ({ lower: { about: { leaf: { constraints } } } }),
}

async function check(plan: object) {
  const chain = await planned(line(plan)).chain('leaf', 'lower', 'upper', 'anchor')
  const statements = chain.map((jwt) => parseEntityStatement(jwt))
  return () => checkConstraints(statements)
}

describe('max_path_length (§6.2.1)', () => {
  it.each([
    ['anchor', 2, true],
    ['anchor', 1, false],
    ['anchor', 0, false],
    ['upper', 1, true],
    ['upper', 0, false],
    ['lower', 0, true],
  ] as const)(
    'set by %s to %i: %s',
    { tags: '6.2.1/intermediates' },
    async (issuer, max_path_length, allowed) => {
      const run = await check(setBy[issuer]({ max_path_length }))
      if (allowed) expect(run).not.toThrow()
      else expect(run).toThrow(refusal('invalid_trust_chain', { check: 'max_path_length' }))
    },
  )
})

describe('naming_constraints (§6.2.2)', () => {
  it.each([
    ['anchor', { permitted: ['.example'] }, true],
    ['anchor', { permitted: ['upper.example', 'lower.example', 'leaf.example'] }, true],
    ['anchor', { permitted: ['upper.example', 'leaf.example'] }, false],
    ['anchor', { permitted: ['lower.example', 'leaf.example'] }, false],
    ['upper', { permitted: ['lower.example', 'leaf.example'] }, true],
    ['lower', { permitted: ['leaf.example'] }, true],
    ['anchor', { permitted: ['.example'], excluded: ['leaf.example'] }, false],
    ['anchor', { excluded: ['upper.example'] }, false],
    ['upper', { excluded: ['upper.example'] }, true],
    ['anchor', { excluded: ['anchor.example'] }, true],
    ['anchor', {}, true],
  ] as const)(
    'set by %s to %j: %s',
    { tags: ['3.1.3/constraints-scope', '6.2.2/everything-below'] },
    async (issuer, naming_constraints, allowed) => {
      const run = await check(setBy[issuer]({ naming_constraints }))
      if (allowed) expect(run).not.toThrow()
      else expect(run).toThrow(refusal('invalid_trust_chain', { check: 'naming_constraints' }))
    },
  )

  it('checks only the host', { tags: '6.2.2/host-only' }, async () => {
    const sub = 'https://leaf.example:8443/upper.example'
    const plan = {
      lower: {
        about: { leaf: { sub, constraints: { naming_constraints: { permitted: ['leaf.example'] } } } },
      },
    }
    expect(await check(plan)).not.toThrow()
  })
})

it('enforces each statement on its own, the less restrictive one included', {
  tags: '6.2/every-statement',
}, async () => {
  const strict = { anchor: { about: { upper: { constraints: { max_path_length: 1 } } } } }
  const loose = setBy.upper({ max_path_length: 9 })
  expect(await check({ ...strict, ...loose })).toThrow(refusal('invalid_trust_chain', { statement: 3 }))
})

it('never fails for allowed_entity_types, and ignores unknown constraints', {
  tags: '6.2/unknown-ignored',
}, async () => {
  expect(await check(setBy.anchor({ allowed_entity_types: [], other: 1 }))).not.toThrow()
})
