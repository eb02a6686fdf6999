/** The steps of §3.2 about claims of one kind of statement. */
import { expect } from 'vitest'
import { parseEntityStatement } from '#core/entity-statement/index.ts'
import type { FederationErrorCode } from '#core/errors.ts'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { id, keySet, refusal } from '../fixture/statement.ts'
import { configuration, mark, subordinate } from './raw-statement.ts'

eachRow([
  proves(
    ['step 14: empty authority_hints', { authority_hints: [] }],
    '3.1.2/authority-hints-not-empty',
    '3.2/step-14',
  ),
  proves(['step 14: authority_hints that is no array', { authority_hints: id('anchor') }], '3.2/step-14'),
  proves(['step 14: a hint that is no identifier', { authority_hints: ['anchor'] }], '3.2/step-14'),
  proves(
    ['step 15: empty trust_anchor_hints', { trust_anchor_hints: [] }],
    '3.1.2/trust-anchor-hints',
    '3.2/step-15',
  ),
  proves(
    ['step 15: a Trust Anchor hint that is no identifier', { trust_anchor_hints: ['anchor'] }],
    '3.2/step-15',
  ),
  proves(['step 17: metadata_policy', { metadata_policy: {} }], '3.2/step-17'),
  proves(['step 18: metadata_policy_crit', { metadata_policy_crit: ['x'] }], '3.2/step-18'),
  proves(['step 19: constraints', { constraints: {} }], '3.2/step-19'),
  proves(['step 20: trust_marks that is no array', { trust_marks: {} }], '3.2/step-20'),
  proves(['step 20: a mark without type', { trust_marks: [{ trust_mark: mark('a') }] }], '3.1.2/trust-marks'),
  proves(['step 20: a mark without JWT', { trust_marks: [{ trust_mark_type: 'a' }] }], '3.1.2/trust-marks'),
  ['step 20: a mark that is no JWT', { trust_marks: [{ trust_mark_type: 'a', trust_mark: 'a' }] }],
  proves(
    ['step 20: a mark of another type', { trust_marks: [{ trust_mark_type: 'a', trust_mark: mark('b') }] }],
    '3.1.2/trust-marks',
    '3.2/step-20',
  ),
  proves(['step 21: trust_mark_issuers that is no object', { trust_mark_issuers: [] }], '3.2/step-21'),
  proves(['step 21: issuers that are no array', { trust_mark_issuers: { a: id('owner') } }], '3.2/step-21'),
  proves(
    ['step 21: an issuer that is no identifier', { trust_mark_issuers: { a: ['owner'] } }],
    '3.2/step-21',
  ),
  proves(['step 22: trust_mark_owners that is no object', { trust_mark_owners: [] }], '3.2/step-22'),
  proves(
    ['step 22: an owner without sub', { trust_mark_owners: { a: { jwks: keySet('owner') } } }],
    '3.1.2/owner-named',
    '3.2/step-22',
  ),
  proves(
    ['step 22: an owner without jwks', { trust_mark_owners: { a: { sub: id('owner') } } }],
    '3.1.2/owner-named',
    '3.2/step-22',
  ),
  proves(['step 23: source_endpoint', { source_endpoint: 'https://anchor.example/fetch' }], '3.2/step-23'),
])('refuses in an Entity Configuration %s', (_what, claims) => {
  expect(() => parseEntityStatement(configuration(claims))).toThrow(refusal('invalid_request'))
})

eachRow<[string, object, FederationErrorCode]>([
  proves(
    ['step 14: authority_hints', { authority_hints: [id('anchor')] }, 'invalid_request'],
    '3.1.2/hints-place',
    '3.2/step-14',
  ),
  proves(
    ['step 15: trust_anchor_hints', { trust_anchor_hints: [id('anchor')] }, 'invalid_request'],
    '3.1.2/hints-place',
    '3.2/step-15',
  ),
  proves(['step 16: metadata that is no object', { metadata: [] }, 'invalid_metadata'], '3.2/step-16'),
  proves(
    ['step 16: null as a metadata value', { metadata: { a: { b: null } } }, 'invalid_metadata'],
    '3.2/step-16',
  ),
  proves(
    ['step 17: a malformed metadata_policy', { metadata_policy: { a: { b: 1 } } }, 'invalid_metadata'],
    '3.2/step-17',
  ),
  proves(
    ['step 18: an empty metadata_policy_crit', { metadata_policy_crit: [] }, 'invalid_metadata'],
    '3.1.3/policy-crit-not-empty',
    '3.2/step-18',
  ),
  proves(
    ['step 18: a standard operator', { metadata_policy_crit: ['add'] }, 'invalid_metadata'],
    '3.2/step-18',
    '6.1.3.2/no-standard-operator',
  ),
  proves(
    ['step 18: an operator that is not supported', { metadata_policy_crit: ['x'] }, 'invalid_metadata'],
    '3.2/step-18',
  ),
  proves(
    ['step 19: malformed constraints', { constraints: { max_path_length: -1 } }, 'invalid_request'],
    '3.2/step-19',
  ),
  proves(['step 20: trust_marks', { trust_marks: [] }, 'invalid_request'], '3.2/step-20'),
  proves(['step 21: trust_mark_issuers', { trust_mark_issuers: {} }, 'invalid_request'], '3.2/step-21'),
  proves(['step 22: trust_mark_owners', { trust_mark_owners: {} }, 'invalid_request'], '3.2/step-22'),
  proves(
    ['step 23: a source_endpoint that is no URL', { source_endpoint: 'fetch' }, 'invalid_request'],
    '3.2/step-23',
  ),
])('refuses in a Subordinate Statement %s', (_what, claims, code) => {
  expect(() => parseEntityStatement(subordinate(claims))).toThrow(refusal(code))
})
