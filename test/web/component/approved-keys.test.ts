// @vitest-environment happy-dom
/** What an approver reads of the keys of an entity, and by which name. */
import { cleanup, render } from '@testing-library/svelte'
import { afterEach, expect, test } from 'vitest'
import type { ApprovalDetailsFragment } from '#lib/gql/graphql.ts'
import { sentenceOf } from '#lib/protection/sentence.ts'
import WhatChanges from '../../../web/src/routes/(console)/requests/approvals/[id]/WhatChanges.svelte'

afterEach(cleanup)

const asked = (after: object, fields: object) =>
  ({
    state: 'OPEN',
    action: 'REGISTER_SUBORDINATE',
    resource: 'https://rp.example.org',
    effect: { fields },
    previousEffect: null,
    after,
  }) as unknown as ApprovalDetailsFragment // the members that the page reads

const jwks = { before: null, after: { keys: [{ kid: 'a' }] } }

test.each([
  [true, 'Keys compared: they are those that were obtained out of band.'],
  [false, 'Keys not compared: they are those that the entity published.'],
])('says whether the keys were compared: %s', (keysCompared, sentence) => {
  render(WhatChanges, { request: asked({ keysCompared }, { jwks }), isHere: false })
  expect(document.body.textContent).toContain(sentence)
})

test('says nothing of keys that stay', () => {
  const validFor = { before: 24, after: 48 }
  render(WhatChanges, { request: asked({ keysCompared: false }, { validFor }), isHere: false })
  expect(document.body.textContent).not.toMatch(/compared/)
})

test('calls the entity by its name, and by its identifier if it has none', () => {
  expect(sentenceOf(asked({ displayName: 'Wiki' }, {}))).toBe('Register a subordinate: Wiki')
  expect(sentenceOf(asked({ displayName: null }, {}))).toBe('Register a subordinate: https://rp.example.org')
})
