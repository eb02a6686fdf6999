import { expect, test } from 'vitest'
import { plural } from '#lib/format.ts'
import { rolloverOf, steps, useInWords } from '#lib/key/rollover.ts'
import type { StepState } from '#lib/step.ts'

const NOW = new Date('2026-01-02T00:00:00Z')
const unused = { subordinateStatements: 0, trustMarks: 0, replacedTrustMarks: 0, neededUntil: null }
const current = { kid: 'now', state: 'CURRENT', validSignatures: unused } as const
const announced = (usableFrom: string | null) =>
  ({ kid: 'next', state: 'ANNOUNCED', usableFrom, validSignatures: unused }) as const
const earlier = (use: object) =>
  ({ kid: 'before', state: 'PUBLISHED', validSignatures: { ...unused, ...use } }) as const
const later = '2026-01-03T00:00:00Z'

test.each<[string, Parameters<typeof rolloverOf>[0], StepState[]]>([
  ['nothing is under way', [current], ['due', 'later', 'later', 'later', 'later']],
  [
    'a key is announced, and not published yet',
    [current, announced(null)],
    ['done', 'due', 'waiting', 'later', 'later'],
  ],
  ['others may not know it yet', [current, announced(later)], ['done', 'due', 'waiting', 'later', 'later']],
  [
    'everybody knows it',
    [current, announced('2026-01-01T00:00:00Z')],
    ['done', 'done', 'due', 'later', 'later'],
  ],
  [
    'it signs, and marks are of the key before',
    [current, earlier({ trustMarks: 3, neededUntil: later })],
    ['done', 'done', 'done', 'due', 'waiting'],
  ],
  [
    'others hold what the key before has signed',
    [current, earlier({ replacedTrustMarks: 3, neededUntil: later })],
    ['done', 'done', 'done', 'done', 'waiting'],
  ],
  ['nothing needs the key before', [current, earlier({})], ['done', 'done', 'done', 'done', 'due']],
  [
    'another one is announced while the last still ends',
    [current, announced(later), earlier({ neededUntil: later })],
    ['done', 'due', 'waiting', 'later', 'waiting'],
  ],
])('%s', (_name, keys, expected) => {
  const { states } = rolloverOf(keys, [], NOW)
  expect(steps.map((step) => states[step])).toEqual(expected)
})

test('counts marks of a revoked key for the re-issue', () => {
  const { marks, states } = rolloverOf([current], [{ validSignatures: { trustMarks: 2 } }], NOW)
  expect([marks, states.reissue, states.announce]).toEqual([2, 'due', 'due'])
})

test('describes the signatures of a key in a sentence', () => {
  expect(useInWords(unused, plural)).toBe('')
  expect(useInWords({ ...unused, trustMarks: 1 }, plural)).toBe('1 Trust Mark')
  expect(useInWords({ subordinateStatements: 2, trustMarks: 1, replacedTrustMarks: 4 }, plural)).toBe(
    '2 published statements, 1 Trust Mark and 4 Trust Marks replaced since',
  )
})
