import { expect, test } from 'vitest'
import { mergePolicyRows } from '#lib/policy/rows.ts'

const federation = { openid_provider: { scopes_supported: { subset_of: ['openid', 'email'] } } }

test('names the source of each operator', () => {
  const own = { openid_provider: { scopes_supported: { subset_of: ['openid'], essential: true } } }
  const { parameters } = mergePolicyRows([
    { name: 'above', policy: federation },
    { name: 'own', policy: own },
  ])
  expect(parameters).toEqual([
    {
      entityType: 'openid_provider',
      parameter: 'scopes_supported',
      rows: [
        { operator: 'subset_of', value: ['openid'], setBy: ['above', 'own'] },
        { operator: 'essential', value: true, setBy: ['own'] },
      ],
    },
  ])
})

test('describes a contradiction in a sentence', () => {
  const own = { openid_provider: { scopes_supported: { superset_of: ['phone'] } } }
  const { problem } = mergePolicyRows([
    { name: 'above', policy: federation },
    { name: 'own', policy: own },
  ])
  expect(problem).toContain('subset_of must be a superset of superset_of')
})

test('has no rows without a policy', () => {
  expect(mergePolicyRows([{ name: 'own', policy: null }])).toEqual({ parameters: [] })
})
