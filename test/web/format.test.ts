/** Tests the format of times, durations and identifiers. */
import { expect, test } from 'vitest'
import {
  exactTime,
  hoursAndDays,
  hoursInWords,
  plural,
  relativeTime,
  shortEntityId,
  timesInWords,
} from '#lib/format.ts'

test.each([
  [0, ''],
  [-1, ''],
  [Number.NaN, ''],
  [1, '1 hour'],
  [47, '47 hours'],
  [48, '2 days'],
  [49, '2 days 1 hour'],
  [71, '2 days 23 hours'],
  [168, '7 days'],
  [8760, '365 days'],
  [43_800, '1,825 days'],
])('formats %d hours as %s', (hours, words) => {
  expect(hoursInWords(hours)).toBe(words)
})

test('adds days to hours if they differ', () => {
  expect(hoursAndDays(24)).toBe('24 hours')
  expect(hoursAndDays(168)).toBe('168 hours (7 days)')
})

const MINUTE = 60
const DAY = 24 * 60 * MINUTE

test.each([
  [-1, 'just now'],
  [59, 'in a moment'],
  [60, 'in 1 minute'],
  [60 * MINUTE - 1, 'in 60 minutes'],
  [-60 * MINUTE, '1 hour ago'],
  [2 * DAY - 1, 'in 48 hours'],
  [2 * DAY, 'in 2 days'],
  [89 * DAY, 'in 89 days'],
  [90 * DAY, 'in 3 months'],
  [-730 * DAY, '2 years ago'],
])('formats a time %d seconds from now as %s', (seconds, words) => {
  const now = new Date('2026-06-01T12:00:00Z')
  expect(relativeTime(new Date(now.getTime() + seconds * 1000), now)).toBe(words)
})

test('uses singular and plural nouns', () => {
  expect([0, 1, 5008].map((value) => plural(value, 'entity', 'entities'))).toEqual([
    '0 entities',
    '1 entity',
    '5,008 entities',
  ])
})

test('removes only https and the last slash of an identifier', () => {
  expect(shortEntityId('https://a.example/')).toBe('a.example')
  expect(shortEntityId('https://a.example/https://b/c')).toBe('a.example/https://b/c')
  expect(shortEntityId('http://localhost:8080')).toBe('http://localhost:8080')
})

test('shows the times in a sentence of the server in the format of the console', () => {
  const [one, other] = ['2026-11-26T07:05:00Z', '2026-12-01T00:00:00.123Z']
  expect(timesInWords(`It expired at ${one}. Wait until ${other}.`)).toBe(
    `It expired at ${exactTime(new Date(one))}. Wait until ${exactTime(new Date(other))}.`,
  )
  expect(timesInWords(null)).toBe('')
})
