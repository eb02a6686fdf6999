/** Tests the choice of actions in the audit log: more than a hundred, under a few headings. */
import { expect, test } from 'vitest'
import { actionWords } from '#lib/audit/action.ts'
import { actionGroup } from '#lib/audit/action-group.ts'
import { auditList } from '#lib/audit/list.ts'
import { groupsOf, sized } from '#lib/list/filter.ts'
import { subordinateList } from '#lib/subordinate/list.ts'

const { action } = auditList.filters
if (action.kind !== 'choice') throw new Error('the actions are a choice')
const groups = groupsOf(action)

test('divides every action, each group from A to Z', () => {
  expect(groups.length).toBeGreaterThan(5)
  const options = groups.flatMap(([, rows]) => rows)
  expect(options.map(([name]) => name).sort()).toEqual(Object.keys(actionWords).sort())
  for (const [heading, rows] of groups) {
    expect([heading, rows.length < 25]).toEqual([heading, true])
    const labels = rows.map(([, label]) => label)
    expect(labels).toEqual(labels.toSorted((one, other) => one.localeCompare(other)))
  }
})

test('begins with what people look for', () => {
  expect(groups.map(([heading]) => heading)[0]).toBe('Subordinates')
  expect(actionGroup('REVOKE_KEY')).toBe('Trust Anchor and keys')
  expect(actionGroup('OTHER')).toBe('Care of the installation')
})

test('shows the rules that have rows, the largest first, and the chosen one', () => {
  const { problem } = subordinateList.filters
  if (problem.kind !== 'groups') throw new Error('the rules are groups')
  const sizes = { REACHABLE: 3, METADATA_POLICY: 46 }
  expect(sized(problem, sizes, 'KEYS')).toEqual([
    ['METADATA_POLICY', 'Refused by the metadata policy', 46],
    ['REACHABLE', 'Entity Configuration not fetched', 3],
    ['KEYS', 'Not signed with a registered key', 0],
  ])
  expect(sized(problem, {}, '')).toEqual([])
})
