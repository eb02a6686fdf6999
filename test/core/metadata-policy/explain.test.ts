import { describe, expect, it } from 'vitest'
import { explainMetadataPolicy } from '#core/metadata-policy/index.ts'
import { id } from '../fixture/statement.ts'

const anchor = id('anchor')
const upper = id('upper')
const metadata = { openid_relying_party: { contacts: ['a'], scope: 'openid phone' } }

describe('explainMetadataPolicy', () => {
  it('shows every step in order, with the Superiors that set it', () => {
    const levels = [
      { issuer: anchor, policy: { openid_relying_party: { scope: { subset_of: ['openid', 'email'] } } } },
      {
        issuer: upper,
        policy: { openid_relying_party: { scope: { add: ['email'], subset_of: ['openid', 'email', 'x'] } } },
      },
    ]
    const step = { entityType: 'openid_relying_party', parameter: 'scope' }
    expect(explainMetadataPolicy(levels, metadata)).toEqual({
      metadata: { openid_relying_party: { contacts: ['a'], scope: 'openid email' } },
      steps: [
        {
          ...step,
          operator: 'add',
          setBy: [upper],
          value: ['email'],
          before: 'openid phone',
          after: 'openid phone email',
        },
        {
          ...step,
          operator: 'subset_of',
          setBy: [anchor, upper],
          value: ['openid', 'email'],
          before: 'openid phone email',
          after: 'openid email',
        },
      ],
      errors: [],
    })
  })

  it('collects every finding with its Superior', () => {
    const levels = [
      {
        issuer: anchor,
        policy: { openid_relying_party: { a: { value: 1 }, b: { add: 'x' }, c: { essential: true } } },
      },
      {
        issuer: upper,
        policy: { openid_relying_party: { a: { value: 2 }, d: { add: ['x'], one_of: ['x'] } } },
      },
    ]
    const { metadata: resolved, errors } = explainMetadataPolicy(levels, metadata, {
      crit: ['regexp', 'regexp2'],
    })
    expect(resolved).toBeUndefined()
    expect(errors.map(({ path, operator, issuer }) => [path, operator, issuer])).toEqual([
      [['metadata_policy_crit'], 'regexp', undefined],
      [['metadata_policy_crit'], 'regexp2', undefined],
      [['openid_relying_party', 'b'], 'add', anchor],
      [['openid_relying_party', 'd'], 'one_of', upper],
      [['openid_relying_party', 'a'], 'value', upper],
      [['openid_relying_party', 'c'], 'essential', undefined],
      [['openid_relying_party', 'd'], 'one_of', undefined],
    ])
    expect(errors.every(({ code }) => code === 'invalid_metadata')).toBe(true)
  })

  it('continues with the unchanged parameter after a failed step', () => {
    const policy = { openid_relying_party: { contacts: { superset_of: ['z'], essential: true } } }
    const { steps } = explainMetadataPolicy([{ issuer: anchor, policy }], metadata)
    expect(steps).toMatchObject([
      {
        operator: 'superset_of',
        after: ['a'],
        error: expect.stringContaining('openid_relying_party.contacts'),
      },
      { operator: 'essential', after: ['a'] },
    ])
    expect(steps[1]).not.toHaveProperty('error')
  })

  it('explains a draft that is not a policy', () => {
    const { errors, steps } = explainMetadataPolicy([{ issuer: anchor, policy: 'draft' as never }], metadata)
    expect({ steps, errors }).toMatchObject({
      steps: [],
      errors: [{ path: ['metadata_policy'], issuer: anchor }],
    })
  })

  it('returns the metadata unchanged without policy', () => {
    expect(explainMetadataPolicy([], metadata)).toEqual({ metadata, steps: [], errors: [] })
  })
})
