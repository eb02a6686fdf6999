import { expect, test } from 'vitest'
import { matching } from '#lib/palette/match.ts'

const entries = [
  { label: 'Subordinates' },
  { label: 'Register an entity', words: 'add new subordinate' },
  { label: 'Élan' },
  { label: 'Renew all subordinates' },
]
const found = (query: string) => matching(entries, query).map(({ label }) => label)

test.each([
  ['nothing typed shows everything, in its order', '', entries.map(({ label }) => label)],
  [
    'the beginning of a label, of a word of it, and other words for it',
    'sub',
    ['Subordinates', 'Renew all subordinates', 'Register an entity'],
  ],
  ['every word must occur', 'all renew', ['Renew all subordinates']],
  ['neither case nor accents matter', 'ELAN', ['Élan']],
  ['two letters stand inside of nearly everything', 'na', []],
  ['no match', 'renew key', []],
])('%s', (_title, query, expected) => {
  expect(found(query)).toEqual(expected)
})
