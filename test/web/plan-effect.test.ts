/** Tests the words for what a plan does to a group of entities. */
import { expect, test } from 'vitest'
import { describeGroup, type GroupKind } from '#lib/plan/group.ts'
import { countsInWords } from '#lib/plan/plan.ts'

const group = {
  path: 'openid_relying_party.scope',
  count: 1,
  before: 'openid email',
  after: 'openid',
  isMixed: false,
  reason: null,
}

test.each<[string, GroupKind, object, string, string, string]>([
  [
    'a changed value',
    'changes',
    {},
    'Changes',
    'openid_relying_party.scope',
    '"openid email" becomes "openid"',
  ],
  [
    'an added value',
    'changes',
    { before: null },
    'Changes',
    'openid_relying_party.scope',
    'is added: "openid"',
  ],
  [
    'a removed value',
    'changes',
    { after: null },
    'Changes',
    'openid_relying_party.scope',
    '"openid email" is removed',
  ],
  [
    'different values',
    'changes',
    { isMixed: true },
    'Changes',
    'openid_relying_party.scope',
    'changes, with different values',
  ],
  ['different parameters', 'changes', { isMixed: true, path: '' }, 'Changes', '', 'Other parameters change'],
  [
    'a rule at fault',
    'stops',
    { reason: 'openid_relying_party.scope: subset_of leaves nothing.' },
    'Would no longer resolve',
    'openid_relying_party.scope',
    'subset_of leaves nothing.',
  ],
  [
    'a rule at fault of several entities',
    'stops',
    { count: 2, reason: 'openid_relying_party.scope: "a" is not allowed.' },
    'Would no longer resolve',
    'openid_relying_party.scope',
    'for example: "a" is not allowed.',
  ],
  [
    'a fault that goes',
    'starts',
    { path: '', reason: 'Not allowed.' },
    'Would resolve again',
    '',
    'Now: Not allowed.',
  ],
])('describes %s', (_title, kind, changes, label, subject, detail) => {
  expect(describeGroup(kind, { ...group, ...changes })).toMatchObject({ label, subject, detail })
})

test('shortens a long value', () => {
  const { detail } = describeGroup('changes', { ...group, after: 'x'.repeat(1_000) })
  expect(detail.length).toBeLessThan(300)
})

test('counts the entities that a plan touches', () => {
  const counts = { stops: 1, starts: 0, changes: 2, examined: 5, unknown: 0 }
  const words = countsInWords(counts, 'member', 'members')
  expect(words).toEqual(['Of 5 members, 1 stops to resolve and 2 change.'])
  expect(countsInWords({ ...counts, stops: 0, changes: 0 }, 'member', 'members')).toEqual([])
})
