/** Tests the forms of checks of requests: what is shown and sent, the order, what they are for, and terms to accept. */
import { describe, expect, test } from 'vitest'
import { type CheckDraft, checksFields, mayRepeat, moved, newCheck } from '#lib/check/draft.ts'
import { inEffect, isAbout, requestsInWords, subjectOf, subjectTitle } from '#lib/check/pipeline.ts'
import { messageWithLabel } from '#lib/graphql/refusal.ts'
import { termsToAccept } from '#lib/portal/terms.ts'
import { actorInWords, isByRule } from '#lib/request/step.ts'
import { route } from '#lib/route.ts'

const none = { trustMarkTypes: null, requiresAll: null, entityIds: null, tags: null, url: null, text: null }
const parse = (rows: CheckDraft[]) => checksFields.checks.parse(rows).input

describe('the form', () => {
  test('shows what is stored, and sends for each check only what it needs', () => {
    const stored = [
      { ...none, check: 'OPENID_METADATA', onFailure: 'REFUSE' },
      {
        ...none,
        check: 'TRUST_MARKS_HELD',
        onFailure: 'ASK',
        trustMarkTypes: ['https://m.example'],
        requiresAll: false,
      },
      {
        ...none,
        check: 'ON_LIST',
        onFailure: 'ASK',
        entityIds: ['https://a.example', 'https://b.example'],
        tags: ['x'],
      },
      { ...none, check: 'DECISION_SERVICE', onFailure: 'ASK', url: 'https://d.example/' },
      { ...none, check: 'TERMS_ACCEPTED', onFailure: 'REFUSE', text: 'Yes.' },
    ]
    const needed = stored.map((check) =>
      Object.fromEntries(Object.entries(check).filter(([, value]) => value !== null)),
    )
    expect(parse(checksFields.checks.show(stored))).toEqual(needed)
    expect(checksFields.checks.show(undefined)).toEqual([])
  })

  test('sends a list without empty lines, and trims the URL', () => {
    const list = { ...newCheck('ON_LIST'), entityIds: '\n https://a.example \n\nhttps://b.example\n' }
    const service = { ...newCheck('DECISION_SERVICE'), url: ' https://d.example ' }
    expect(parse([list, service])).toEqual([
      { check: 'ON_LIST', onFailure: 'ASK', entityIds: ['https://a.example', 'https://b.example'], tags: [] },
      { check: 'DECISION_SERVICE', onFailure: 'ASK', url: 'https://d.example' },
    ])
  })

  test('begins with a question to operators, but refuses terms that are not accepted', () => {
    expect(newCheck('ON_LIST').onFailure).toBe('ASK')
    expect(newCheck('TERMS_ACCEPTED').onFailure).toBe('REFUSE')
    expect(newCheck('TRUST_MARKS_HELD').requiresAll).toBe(true)
    expect([mayRepeat('TRUST_MARKS_HELD'), mayRepeat('TERMS_ACCEPTED')]).toEqual([true, false])
  })

  test('names a refused check by its place', () => {
    const refusal = { message: 'Write the terms.', path: ['checks', '1', 'text'] }
    expect(messageWithLabel(refusal, checksFields)).toBe('Checks: At check 2: Write the terms.')
  })
})

test.each([
  [0, 1, 'bac'],
  [1, -1, 'bac'],
  [2, -1, 'acb'],
  [0, -1, 'abc'],
  [2, 1, 'abc'],
] as const)('moves the check at %i by %i', (at, by, expected) => {
  expect(moved(['a', 'b', 'c'], at, by).join('')).toBe(expected)
})

describe('what checks are for', () => {
  const ofType = { entityType: 'openid_provider', trustMarkType: null }
  const ofMark = { entityType: null, trustMarkType: 'https://m.example' }

  test('is an Entity Type or a Trust Mark type', () => {
    expect([ofType, ofMark].map(subjectOf).map(subjectTitle)).toEqual([
      'OpenID Provider',
      'https://m.example',
    ])
    expect(requestsInWords(subjectOf(ofType))).toContain('register')
    expect(requestsInWords(subjectOf(ofMark))).toContain('Trust Mark')
    expect([ofMark, ofType].find(isAbout(subjectOf(ofType)))).toBe(ofType)
    expect([ofType, ofMark].find(isAbout(subjectOf(ofMark)))).toBe(ofMark)
    expect([ofType].find(isAbout({ entityType: 'oauth_client' }))).toBeUndefined()
  })

  test('has an address', () => {
    expect(route.editRequestChecks(subjectOf(ofType))).toBe('/requests/checks/edit?type=openid_provider')
    expect(route.editRequestChecks(subjectOf(ofMark))).toBe(
      '/requests/checks/edit?mark=https%3A%2F%2Fm.example',
    )
  })

  test('is left out once nothing is checked or approved', () => {
    const [empty, approving, checking] = [
      { checks: [], approves: false },
      { checks: [], approves: true },
      { checks: [1], approves: false },
    ]
    expect(inEffect([empty, approving, checking])).toEqual([approving, checking])
  })
})

test('terms are accepted once, even if several types ask for them', () => {
  const ask = (status: 'FAILED' | 'PASSED' | 'WARNING', termsHash: string | null) => ({
    status,
    terms: termsHash === null ? null : `Text of ${termsHash}`,
    termsHash,
  })
  const checks = [
    ask('FAILED', 'a'),
    ask('FAILED', 'a'),
    ask('PASSED', 'b'),
    ask('WARNING', 'c'),
    ask('FAILED', null),
  ]
  expect(termsToAccept(checks)).toEqual([{ hash: 'a', text: 'Text of a' }])
})

test('an approval by the checks names no operator', () => {
  expect(isByRule({ actor: { username: 'job:approve-by-rule' } })).toBe(true)
  expect(isByRule({ actor: { username: 'ann' } })).toBe(false)
  expect(actorInWords({ actor: { username: 'job:approve-by-rule' } })).toBe('The checks of this federation')
})
