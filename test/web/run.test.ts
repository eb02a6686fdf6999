import { expect, test } from 'vitest'
import { toStepDifferences } from '#lib/run/item-changes.ts'
import {
  durationInWords,
  fractionDone,
  isOfEntity,
  itemSubject,
  itemWords,
  runInWords,
  runKind,
  runState,
  stepSubject,
} from '#lib/run/run.ts'

const running = {
  kind: 'SUBORDINATES',
  state: 'RUNNING',
  total: 100,
  done: 30,
  failed: 2,
  rate: 4,
  cancelRequested: false,
  startedAt: '2026-01-01T00:00:00Z',
  endedAt: null,
} as const
const ended = { ...running, state: 'SUCCEEDED', done: 98, endedAt: '2026-01-01T00:00:40Z' } as const

test('shows progress and remaining time of an active run', () => {
  expect(fractionDone(running)).toBe(0.32)
  expect(runInWords(running)).toBe('30 of 100 subordinates renewed, 2 failed; about 17 seconds left.')
})

test('does not say "about less" near the end', () => {
  expect(runInWords({ ...running, done: 97 })).toBe(
    '97 of 100 subordinates renewed, 2 failed; less than a second left.',
  )
})

test('predicts nothing before the first item is complete', () => {
  expect(runInWords({ ...running, done: 0, failed: 0 })).toBe('0 of 100 subordinates renewed.')
  expect(fractionDone({ ...running, total: null })).toBeUndefined()
})

test('shows a run without items as complete', () => {
  expect(fractionDone({ ...running, total: 0, done: 0, failed: 0 })).toBe(1)
})

test('shows the outcome and duration of an ended run', () => {
  expect(runInWords(ended)).toBe('98 of 100 subordinates renewed, 2 failed, in 40 seconds.')
  expect(runInWords({ ...ended, failed: 0, total: 1, done: 1 })).toBe(
    '1 of 1 subordinate renewed, in 40 seconds.',
  )
})

test('counts the findings of a crawl, and predicts nothing', () => {
  const walk = { ...running, kind: 'COLLECTION', total: 9 } as const
  expect(fractionDone(walk)).toBeUndefined()
  expect(fractionDone({ ...walk, state: 'SUCCEEDED' })).toBe(1)
  expect(runInWords(walk)).toBe('9 entities found, 2 failed.')
})

test.each([
  [running, 'Running'],
  [{ ...running, cancelRequested: true }, 'Ending'],
  [{ ...ended, failed: 0 }, 'Succeeded'],
  [ended, 'Finished, 2 failed'],
  [{ ...ended, state: 'CANCELLED' as const }, 'Cancelled'],
  [{ ...ended, state: 'FAILED' as const }, 'Failed'],
])('%# has a word for a state: %s', (run, word) => {
  expect(runState(run).label).toBe(word)
})

test('shows an unknown kind by its name', () => {
  expect(runKind('SIGN_ALL_ANEW').label).toBe('Sign all anew')
})

test('formats durations with useful precision', () => {
  expect([0.2, 1, 89, 150, 5400].map(durationInWords)).toEqual([
    'less than a second',
    '1 second',
    '89 seconds',
    '3 minutes',
    '2 hours',
  ])
})

test('labels an item by its entity, or by its Trust Mark', () => {
  expect(itemSubject('https://rp.example')).toEqual({ entityId: 'https://rp.example' })
  expect(itemSubject('https://ta.example/member https://rp.example')).toEqual({
    entityId: 'https://rp.example',
    trustMarkType: 'https://ta.example/member',
  })
})

test('labels an object of a configuration file, whose name may have spaces', () => {
  const organization = { section: 'organizations', key: 'University of Lindholm' }
  expect(stepSubject(organization)).toEqual({ entityId: 'University of Lindholm' })
  expect(stepSubject({ section: 'trustMarks', key: 'https://ta.example/m https://rp.example' })).toEqual({
    ...{ entityId: 'https://rp.example', trustMarkType: 'https://ta.example/m' },
  })
  expect([organization, { section: 'members' }].map(isOfEntity)).toEqual([false, true])
})

test('says what was done to an object, and of a dry run that it was checked', () => {
  expect(itemWords('applied', 'REMOVE')).toBe('Removed')
  expect(itemWords('checked', 'REMOVE')).toBe('Checked')
  expect(itemWords('renewed', undefined)).toBe('Renewed')
  expect(itemWords('removed', 'CHANGE')).toBe('Revoked')
  expect(itemWords('removed', 'REMOVE')).toBe('Removed')
})

test('shows the members of a value, and takes only plain paths apart', () => {
  const policy = { contacts: { add: ['a@b.example'] } }
  const changes = [
    { path: 'metadataPolicy.openid_provider', before: null, after: policy },
    { path: 'metadata["a.b"].c', before: 1, after: 2 },
  ]
  expect(toStepDifferences(changes)).toEqual([
    {
      path: ['metadataPolicy', 'openid_provider', 'contacts', 'add'],
      before: undefined,
      after: ['a@b.example'],
    },
    { path: ['metadata["a.b"].c'], before: 1, after: 2 },
  ])
})
