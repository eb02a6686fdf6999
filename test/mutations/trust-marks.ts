/** Trust Marks and their types. */
import { testsIn } from '#test/requirements/requirement.ts'
import { atOnce, audited, auditedBesides, type MutationCases, unknownId } from './mutation.ts'

const mark = testsIn('server/trust-mark/trust-mark')
const type = testsIn('server/trust-mark/type')

const STALE = 'refuses a change of a version that is no longer the present one'

export const trustMarks: readonly MutationCases[] = [
  {
    mutation: 'createTrustMarkType',
    success: type('takes the defaults and names this anchor as an issuer'),
    failures: {
      InvalidInputError: type('names %s when it is %j, and creates nothing', 'owner'),
      ConflictError: type('refuses a type that exists'),
    },
    audit: audited('createTrustMarkType'),
  },
  {
    mutation: 'updateTrustMarkType',
    success: type('keeps what is absent and clears what is null'),
    failures: {
      InvalidInputError: type('names %s when it is changed to %j, and changes nothing', 'renewalTime'),
      ConflictError: type(STALE),
      NotFoundError: unknownId('updateTrustMarkType'),
    },
    audit: audited('updateTrustMarkType'),
  },
  {
    mutation: 'removeTrustMarkType',
    success: type('takes a type of which no mark was issued out of the Entity Configuration'),
    failures: {
      ConflictError: type('keeps a type of which a mark was issued, because its status must stay answerable'),
      NotFoundError: unknownId('removeTrustMarkType'),
    },
    audit: auditedBesides('removeTrustMarkType'),
  },
  {
    mutation: 'issueTrustMark',
    success: mark('serves an issued mark with its type, subject and validity'),
    failures: {
      InvalidInputError: mark('names %s when it is %j, and issues nothing', 'validFor'),
      ConflictError: mark('refuses a second mark beside a valid one'),
      NotFoundError: mark('does not know a type that was never created'),
    },
    audit: audited('issueTrustMark'),
  },
  {
    mutation: 'updateTrustMark',
    success: mark('issues a mark with the changed claims and revokes those before'),
    failures: {
      InvalidInputError: mark('names %s when it is changed to %j, and changes nothing', 'renewalTime'),
      ConflictError: mark(STALE),
      NotFoundError: unknownId('updateTrustMark'),
    },
    audit: audited('updateTrustMark'),
  },
  {
    mutation: 'renewTrustMark',
    success: mark('serves another mark and leaves the one before active'),
    failures: {
      InvalidInputError: mark('does not renew a revoked mark'),
      ConflictError: atOnce('renewTrustMark'),
      NotFoundError: unknownId('renewTrustMark'),
    },
    audit: audited('renewTrustMark'),
  },
  {
    mutation: 'revokeTrustMark',
    success: mark('takes the mark off the endpoints and revokes every JWT of it'),
    failures: { NotFoundError: unknownId('revokeTrustMark') },
    audit: audited('revokeTrustMark'),
  },
]
