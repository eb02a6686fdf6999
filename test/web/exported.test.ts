/** Tests the words for what an export answers without the installation. */
import { expect, test } from 'vitest'
import { exportedInWords, kindInWords } from '#lib/exported.ts'

const now = new Date('2026-11-30T12:00:00Z')
const files = {
  signedAt: '2026-11-30T11:59:30Z',
  isCurrent: true,
  answeredUntil: '2026-12-06T16:30:00Z',
  kinds: [
    { kind: 'resolve', count: 3, endsAt: '2026-12-06T16:30:00Z' },
    { kind: 'fetch', count: 3, endsAt: '2026-12-20T12:00:00Z' },
    { kind: 'list', count: 11, endsAt: null },
  ],
}

test.each([
  ['days', '2026-12-06T16:30:00Z', 'Answered for 6 days 4 hours without this installation'],
  ['one day', '2026-12-01T12:00:00Z', 'Answered for 1 day without this installation'],
  ['hours', '2026-11-30T17:20:00Z', 'Answered for 5 hours without this installation'],
  ['minutes', '2026-11-30T12:40:00Z', 'Answered for 40 minutes without this installation'],
])('says for how long in %s', (_, answeredUntil, title) => {
  const words = exportedInWords({ ...files, answeredUntil }, now)
  expect(words).toMatchObject({ tone: 'success', title })
  expect(words.detail).toMatch(/^Resolve responses end first\. Each ends with the first statement/)
})

test.each([
  ['nothing is exported', null, 'quiet', 'Nothing is exported', 'With EXPORT_FOLDER, ta writes files'],
  [
    'something has expired',
    { ...files, answeredUntil: '2026-11-30T11:00:00Z' },
    'error',
    'Some exported',
    'end first',
  ],
  [
    'nothing expires',
    { ...files, answeredUntil: null, kinds: [] },
    'success',
    'nothing expires',
    'No file expires',
  ],
  ['the export stands still', { ...files, isCurrent: false }, 'warning', '6 days 4 hours', 'does not follow'],
])('says that %s', (_, given, tone, title, detail) => {
  const words = exportedInWords(given, now)
  expect(words.tone).toBe(tone)
  expect(words.title).toContain(title)
  expect(words.detail).toContain(detail)
})

test('shows the name of a kind that it does not know', () => {
  expect(kindInWords('newer').label).toBe('newer')
})
