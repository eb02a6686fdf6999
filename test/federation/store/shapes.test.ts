/** Data of other processes is parsed carefully, and errors of Redis are distinguished from outages. */
import { ReplyError } from 'ioredis'
import { expect, test } from 'vitest'
import { FederationError } from '#core/errors.ts'
import { formatChange, parseChange } from '#store/change.ts'
import { redisKeys } from '#store/keys.ts'
import { toStoreError } from '#store/outage.ts'
import { formatSubordinateInfo, parseSubordinateInfo } from '#store/subordinate-info.ts'

test('parses a formatted change', () => {
  const change = { kind: 'subordinate', id: 'https://a.example' } as const
  expect(parseChange(formatChange(change))).toEqual(change)
  expect(parseChange(formatChange({ kind: 'collection' }))).toEqual({ kind: 'collection' })
})

test.each(['', 'null', '[]', '{"kind":"party"}', '{"id":"x"}', 'rubbish'])(
  'an unreadable message counts as a change of all: %s',
  (message) => {
    expect(parseChange(message)).toEqual({ kind: 'all' })
  },
)

const info = { entity_types: ['openid_provider'], intermediate: false, registered: 1, updated: 2, expires: 3 }

test('parses formatted info about a subordinate', () => {
  expect(parseSubordinateInfo(formatSubordinateInfo(info))).toEqual(info)
})

test.each([
  null,
  '',
  'rubbish',
  '1',
  JSON.stringify({ ...info, entity_types: [1] }),
  JSON.stringify({ ...info, expires: 'soon' }),
])('info that is absent or of another shape is none: %s', (text) => {
  expect(parseSubordinateInfo(text)).toBeUndefined()
})

test('live and staging keys are distinct', () => {
  const { staging, ...live } = redisKeys('p:')
  const names = (keys: object) =>
    Object.values(keys).flatMap((key) =>
      typeof key === 'function' ? key('x') : typeof key === 'string' ? key : [],
    )
  for (const name of names(staging)) {
    expect(name).toMatch(/^p:inmor:staging:/)
    expect(names(live)).not.toContain(name)
  }
})

const unreachable = [
  new Error('Connection is closed.'),
  new Error('Command timed out'),
  new Error("Stream isn't writeable and enableOfflineQueue options is false"),
  Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' }),
  new ReplyError('LOADING Redis is loading the dataset in memory'),
]

test.each(unreachable)('$message: the store is down', (error) => {
  expect(toStoreError(error)).toMatchObject({ code: 'temporarily_unavailable', cause: error })
})

test.each([
  new ReplyError('WRONGTYPE Operation against a key holding the wrong kind of value'),
  new TypeError('x is not a function'),
  new FederationError('not_found', 'no such thing'),
])('$message: something else is wrong', (error) => {
  expect(toStoreError(error)).toBe(error)
})
