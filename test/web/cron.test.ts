import { expect, test } from 'vitest'
import { cronInWords } from '#lib/run/cron.ts'

test.each([
  ['* * * * *', 'every minute'],
  ['*/5 * * * *', 'every 5 minutes'],
  ['0 * * * *', 'every hour'],
  ['7 * * * *', 'every hour, 7 minutes past'],
  ['0 */6 * * *', 'every 6 hours'],
  ['30 3 * * *', 'every day at 03:30 UTC'],
  ['0 4 * * 1', 'by 0 4 * * 1, UTC'],
])('%s is %s', (line, words) => {
  expect(cronInWords(line)).toBe(words)
})
