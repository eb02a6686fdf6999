/** Tests the words for the state of publication. */
import { expect, test } from 'vitest'
import { publicationInWords } from '#lib/publication.ts'

const status = {
  health: 'UP_TO_DATE',
  pending: 0,
  rate: 0,
  estimatedSeconds: 0,
  oldestPendingAt: null,
  lastPublishedAt: null,
  lastError: null,
  redisReachable: true,
} as const
const behind = { ...status, health: 'BEHIND', pending: 4_200, rate: 210, estimatedSeconds: 20 } as const
const stalled = { ...status, health: 'STALLED', pending: 3, estimatedSeconds: null } as const

test.each([
  ['progress', behind, 'warning', 'Behind: 4,200 changes to publish', 'About 20 seconds left.'],
  ['an error', { ...stalled, lastError: 'No key.' }, 'error', 'Publication stalled', 'No key.'],
  ['no progress', stalled, 'error', 'Publication stalled', 'nothing was published for 30 seconds'],
  ['nothing to do', status, 'success', 'Up to date', 'Every change'],
] as const)('describes a backlog with %s', (_what, given, tone, title, detail) => {
  expect(publicationInWords(given)).toEqual({ tone, title, detail: expect.stringContaining(detail) })
})

test('never reports success while the server does not answer', () => {
  const since = new Date('2026-01-02T03:04:05Z')
  for (const given of [status, behind, null]) {
    expect(publicationInWords(given, since)).toMatchObject({ tone: 'error', title: 'Server unreachable' })
  }
})
