// @vitest-environment happy-dom
/** Tests that the palette finds what people type when something is urgent. */
import { expect, test } from 'vitest'
import { navigation } from '#lib/navigation.ts'
import { actions, screens } from '#lib/palette/command.ts'
import { matching } from '#lib/palette/match.ts'

const administrator = { mayOperate: true, mayAdminister: true, mayManage: true }
const reader = { mayOperate: false, mayAdminister: false, mayManage: false }
const found = (query: string, viewer = administrator) =>
  matching([...screens(viewer), ...actions(viewer)], query).map(({ label }) => label)

test.each([
  ['revoke', ['Revoke a Trust Mark', 'Revoke a key', 'Keys', 'Trust Marks', 'API keys']],
  ['expir', ['Statements that expire soon', 'Trust Marks that expire soon', 'Dashboard', 'Subordinates']],
  ['approvals', ['Approvals']],
  ['problem', ['Subordinates with a problem']],
])('finds by “%s”', (query, expected) => {
  expect(found(query)).toEqual(expect.arrayContaining(expected))
})

test.each([
  ['playground', 'API'],
  ['two people', 'Protection'],
  ['messages', 'E-mail'],
  ['renewals', 'Activity'],
  ['schedules', 'Activity'],
  ['trust anchor', 'Settings'],
  ['republish', 'Publication'],
  ['collection', 'Collection'],
  ['types', 'Trust Mark types'],
])('finds by the word “%s” of earlier versions', (query, expected) => {
  expect(found(query)).toContain(expected)
})

test('finds every part, also by its screen, and only those that the user may see', () => {
  for (const screen of navigation.flatMap(({ screens }) => screens)) {
    const parts = screen.parts.map(({ label }) => label)
    expect(found(screen.label)).toEqual(expect.arrayContaining(parts))
  }
  expect(found('administration', reader)).toEqual(['Anchors', 'API', 'Protection'])
})

test('offers the lists to viewers, and no action that they may not do', () => {
  expect(found('expir', reader)).toContain('Statements that expire soon')
  expect(found('revoke a', reader)).toEqual([])
})

test('calls one screen “Requests” and the other one “Approvals”', () => {
  const labels = screens(administrator).map(({ label }) => label)
  expect(labels).toEqual(expect.arrayContaining(['Requests', 'Approvals', 'Checks of requests']))
  expect(labels).not.toContain('Change requests')
})

const entries = [
  { label: 'Subordinates' },
  { label: 'Register an entity', words: 'add new subordinate' },
  { label: 'Élan', words: 'failing errors expired' },
  { label: 'Renew all subordinates' },
]

test.each([
  ['nothing typed shows everything, in its order', '', entries.map(({ label }) => label)],
  [
    'the beginning of a label, of a word of it, and other words for it',
    'sub',
    ['Subordinates', 'Renew all subordinates', 'Register an entity'],
  ],
  ['every word must occur', 'all renew', ['Renew all subordinates']],
  ['neither case nor accents matter', 'ELAN', ['Élan']],
  ['letters inside of a word', 'ordinates', ['Subordinates', 'Renew all subordinates']],
  ['two letters stand inside of nearly everything', 'na', []],
  ['the initials of a label, but not those of search words', 'rae', ['Register an entity']],
  ['letters of several search words', 'fee', []],
  ['no match', 'renew key', []],
])('matches %s', (_title, query, expected) => {
  expect(matching(entries, query).map(({ label }) => label)).toEqual(expected)
})
