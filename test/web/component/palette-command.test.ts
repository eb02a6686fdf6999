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
