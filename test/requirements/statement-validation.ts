/** The validation of one Entity Statement, step by step (§3.2). */
import { type Chapter, must, notOurs, testsIn } from './requirement.ts'

const jws = testsIn('core/jws')
const parse = testsIn('core/entity-statement/parse')
const validate = testsIn('core/entity-statement/validate')
const keys = testsIn('core/keys')
const collect = testsIn('core/trust-chain/collect')
const chain = testsIn('core/trust-chain/validate')

const EITHER = 'refuses in either statement %s'
const CONFIGURATION = 'refuses in an Entity Configuration %s'
const SUBORDINATE = 'refuses in a Subordinate Statement %s'

export const statementValidation: Chapter = {
  title: 'Validation of an Entity Statement (§3.2)',
  requirements: [
    must(
      '3.2 step 1',
      'What is no signed JWT is rejected.',
      jws(
        'refuses %s',
        'two parts',
        'an empty signature',
        'a payload that is no JSON',
        'a header that is no object',
      ),
    ),
    must(
      '3.2 step 2',
      'A statement whose typ is absent or different is rejected.',
      parse('refuses %s', 'step 2: another typ'),
      jws('refuses %s', 'no typ', 'a typ in capitals'),
    ),
    must(
      '3.2 step 3',
      'A statement whose alg is absent, none, or not acceptable is rejected.',
      parse('refuses %s', 'step 3: the alg none'),
      jws('refuses %s', 'no alg', 'a symmetric alg'),
    ),
    must(
      '3.2 step 4',
      'A statement about another Entity than the one asked about is rejected.',
      validate('refuses another subject (step 4) and another issuer (step 6)'),
      validate('refuses %s', 'step 4: another Entity', 'another subject'),
    ),
    must(
      '3.2 step 5',
      'A statement whose iss is absent or no Entity Identifier is rejected.',
      parse(EITHER, 'step 5: no iss', 'step 5: an iss that is no identifier'),
    ),
    must(
      '3.2 step 6',
      'A statement is an Entity Configuration exactly where its iss is its sub.',
      validate('refuses %s', 'step 6: a Subordinate Statement'),
    ),
    must(
      '3.2 step 6',
      'The issuer of a Subordinate Statement is among the authority hints of its subject.',
      chain('refuses a Superior that the subject does not hint at (§3.2 step 6)'),
    ),
    must(
      '3.2 step 7',
      'A statement whose iat lies in the future, beyond a small leeway, is rejected.',
      validate('%s', 'step 7: issued within the leeway', 'step 7: issued beyond it'),
      parse(EITHER, 'step 7: an iat that is no number'),
    ),
    must(
      '3.2 step 8',
      'A statement whose exp has passed, beyond a small leeway, is rejected.',
      validate('%s', 'step 8: expired within the leeway', 'step 8: expired beyond it'),
      parse(EITHER, 'step 8: an exp before time began'),
    ),
    must(
      '3.2 step 9',
      'A statement whose jwks is absent or no valid JWK Set is rejected.',
      parse(EITHER, 'step 9: no jwks', 'step 9: a jwks that is no set', 'step 9: an empty jwks'),
      keys('refuses %s', 'no coordinate', 'an RSA key of nothing', 'a set without keys'),
    ),
    must(
      '3.2 step 10',
      "The issuer's keys are taken from its Entity Configuration.",
      collect('are reported: %s', 'a statement is not signed with the keys of its issuer (§3.2 steps 10-12)'),
      validate('verifies with the keys of the issuer (steps 10-12)'),
    ),
    must(
      '3.2 step 11',
      "kid is a non-empty string and exactly that of one of the issuer's keys.",
      jws('refuses %s', 'no kid', 'an empty kid', 'a kid that is no string', 'no key with the kid'),
      validate('refuses %s', 'step 11: a key that its jwks does not hold'),
    ),
    must(
      '3.2 step 12',
      'A statement whose signature does not verify with that key is rejected.',
      validate('refuses %s', 'step 12: the signature of another key', 'the keys of its subject'),
      jws('refuses claims that were changed'),
    ),
    must(
      '3.2 step 13',
      'crit is an array of names of claims that are present, understood, and not defined by Core.',
      parse(
        EITHER,
        'step 13: crit that is no array',
        'step 13: an empty crit',
        'step 13: crit with a name that Core defines',
        'step 13: crit with a name that is not there',
        'step 13: crit with a name that is not understood',
      ),
    ),
    must(
      '3.2 step 14',
      'authority_hints is a non-empty array of Entity Identifiers, in Entity Configurations only.',
      parse(
        CONFIGURATION,
        'step 14: empty authority_hints',
        'step 14: authority_hints that is no array',
        'step 14: a hint that is no identifier',
      ),
      parse(SUBORDINATE, 'step 14: authority_hints'),
    ),
    must(
      '3.2 step 15',
      'trust_anchor_hints is a non-empty array of Entity Identifiers, in Entity Configurations only.',
      parse(
        CONFIGURATION,
        'step 15: empty trust_anchor_hints',
        'step 15: a Trust Anchor hint that is no identifier',
      ),
      parse(SUBORDINATE, 'step 15: trust_anchor_hints'),
    ),
    must(
      '3.2 step 16',
      'metadata is an object of objects in which no parameter is null.',
      parse(SUBORDINATE, 'step 16: metadata that is no object', 'step 16: null as a metadata value'),
    ),
    must(
      '3.2 step 17',
      'metadata_policy is well formed, and stands in Subordinate Statements only, an empty one too.',
      parse(SUBORDINATE, 'step 17: a malformed metadata_policy'),
      parse(CONFIGURATION, 'step 17: metadata_policy'),
    ),
    must(
      '3.2 step 18',
      'metadata_policy_crit names supported operators beyond the standard ones, in Subordinate Statements only.',
      parse(
        SUBORDINATE,
        'step 18: an empty metadata_policy_crit',
        'step 18: a standard operator',
        'step 18: an operator that is not supported',
      ),
      parse(CONFIGURATION, 'step 18: metadata_policy_crit'),
    ),
    must(
      '3.2 step 19',
      'constraints is well formed, and stands in Subordinate Statements only.',
      parse(SUBORDINATE, 'step 19: malformed constraints'),
      parse(CONFIGURATION, 'step 19: constraints'),
    ),
    must(
      '3.2 step 20',
      'trust_marks stands in Entity Configurations only, each mark of the type that stands beside it.',
      parse(CONFIGURATION, 'step 20: trust_marks that is no array', 'step 20: a mark of another type'),
      parse(SUBORDINATE, 'step 20: trust_marks'),
    ),
    must(
      '3.2 step 21',
      'trust_mark_issuers is an object of arrays of Entity Identifiers, in Entity Configurations only.',
      parse(
        CONFIGURATION,
        'step 21: trust_mark_issuers that is no object',
        'step 21: issuers that are no array',
        'step 21: an issuer that is no identifier',
      ),
      parse(SUBORDINATE, 'step 21: trust_mark_issuers'),
    ),
    must(
      '3.2 step 22',
      'trust_mark_owners is an object of objects with sub and jwks, in Entity Configurations only.',
      parse(
        CONFIGURATION,
        'step 22: trust_mark_owners that is no object',
        'step 22: an owner without sub',
        'step 22: an owner without jwks',
      ),
      parse(SUBORDINATE, 'step 22: trust_mark_owners'),
    ),
    must(
      '3.2 step 23',
      'source_endpoint is a URL, in Subordinate Statements only.',
      parse(SUBORDINATE, 'step 23: a source_endpoint that is no URL'),
      parse(CONFIGURATION, 'step 23: source_endpoint'),
    ),
    notOurs(
      '3.2 steps 24, 25',
      'A Trust Chain in the header of an Entity Configuration is validated.',
      'Only registration at an OpenID Provider hands such statements over; published ones are refused (§4.3, §4.4).',
    ),
    must(
      '3.2 step 26',
      'A statement with aud is rejected outside Explicit Registration.',
      parse(EITHER, 'step 26: aud'),
    ),
    must(
      '3.2 step 27',
      'A statement with trust_anchor is rejected outside Explicit Registration.',
      parse(EITHER, 'step 27: trust_anchor'),
    ),
  ],
}
