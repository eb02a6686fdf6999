/** Tests the words for what a policy does to a group of entities. */
import { expect, test } from 'vitest'
import { describeGroup } from '#lib/policy/effect-group.ts'

const group = {
  effect: 'CHANGED' as const,
  resolvesNow: true,
  path: ['openid_relying_party', 'scope'],
  count: 1,
  before: 'openid email',
  after: 'openid',
  isMixed: false,
  message: null,
}

test.each([
  ['a changed value', {}, 'Changes', 'openid_relying_party.scope', '"openid email" becomes "openid"'],
  ['an added value', { before: null }, 'Changes', 'openid_relying_party.scope', 'is added: "openid"'],
  ['a removed value', { after: null }, 'Changes', 'openid_relying_party.scope', '"openid email" is removed'],
  [
    'different values',
    { isMixed: true },
    'Changes',
    'openid_relying_party.scope',
    'changes, with different values',
  ],
  ['different parameters', { isMixed: true, path: [] }, 'Changes', '', 'Other parameters change'],
  [
    'a rule at fault',
    { effect: 'FAILS' as const, message: 'openid_relying_party.scope: subset_of leaves nothing.' },
    'Would no longer resolve',
    'openid_relying_party.scope',
    'subset_of leaves nothing.',
  ],
  [
    'a rule at fault of several entities',
    { effect: 'FAILS' as const, count: 2, message: 'openid_relying_party.scope: "a" is not allowed.' },
    'Would no longer resolve',
    'openid_relying_party.scope',
    'for example: "a" is not allowed.',
  ],
  [
    'a fault that is there already',
    { effect: 'FAILS' as const, resolvesNow: false, path: [], message: 'Not allowed.' },
    'Does not resolve now either',
    '',
    'Not allowed.',
  ],
  [
    'a fault that goes',
    { resolvesNow: false, path: [], message: 'Not allowed.' },
    'Would resolve again',
    '',
    'Now: Not allowed.',
  ],
])('describes %s', (_title, changes, label, subject, detail) => {
  expect(describeGroup({ ...group, ...changes })).toMatchObject({ label, subject, detail })
})

test('shortens a long value', () => {
  const { detail } = describeGroup({ ...group, after: 'x'.repeat(1_000) })
  expect(detail.length).toBeLessThan(300)
})
