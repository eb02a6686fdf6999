// @vitest-environment happy-dom
/** Tests that the palette finds what people type when something is urgent. */
import { expect, test } from 'vitest'
import { actions, screens } from '#lib/palette/command.ts'
import { matching } from '#lib/palette/match.ts'

const administrator = { mayOperate: true, mayAdminister: true, mayManage: true }
const reader = { mayOperate: false, mayAdminister: false, mayManage: false }
const found = (query: string, viewer = administrator) =>
  matching([...screens(viewer), ...actions(viewer)], query).map(({ label }) => label)

test.each([
  ['revoke', ['Revoke a Trust Mark', 'Revoke a key', 'Keys', 'Trust Marks', 'API keys']],
  ['expir', ['Statements that expire soon', 'Trust Marks that expire soon', 'Dashboard', 'Subordinates']],
  ['change requests', ['Approvals']],
  ['problem', ['Subordinates with a problem']],
])('finds by “%s”', (query, expected) => {
  expect(found(query)).toEqual(expect.arrayContaining(expected))
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
