/** The validation of one Entity Statement, step by step (§3.2). */
import { notOurs } from './requirement.ts'

export const statementValidation = {
  '3.2/step-1': 'What is no signed JWT is rejected.',
  '3.2/step-2': 'A statement whose typ is absent or different is rejected.',
  '3.2/step-3': 'A statement whose alg is absent, none, or not acceptable is rejected.',
  '3.2/step-4': 'A statement about another Entity than the one asked about is rejected.',
  '3.2/step-5': 'A statement whose iss is absent or no Entity Identifier is rejected.',
  '3.2/step-6-kind': 'A statement is an Entity Configuration exactly where its iss is its sub.',
  '3.2/step-6-superior': 'The issuer of a Subordinate Statement is among the authority hints of its subject.',
  '3.2/step-7': 'A statement whose iat lies in the future, beyond a small leeway, is rejected.',
  '3.2/step-8': 'A statement whose exp has passed, beyond a small leeway, is rejected.',
  '3.2/step-9': 'A statement whose jwks is absent or no valid JWK Set is rejected.',
  '3.2/step-10': "The issuer's keys are taken from its Entity Configuration.",
  '3.2/step-11': "kid is a non-empty string and exactly that of one of the issuer's keys.",
  '3.2/step-12': 'A statement whose signature does not verify with that key is rejected.',
  '3.2/step-13': 'crit is an array of names of claims that are present, understood, and not defined by Core.',
  '3.2/step-14': 'authority_hints is a non-empty array of Entity Identifiers, in Entity Configurations only.',
  '3.2/step-15':
    'trust_anchor_hints is a non-empty array of Entity Identifiers, in Entity Configurations only.',
  '3.2/step-16': 'metadata is an object of objects in which no parameter is null.',
  '3.2/step-17':
    'metadata_policy is well formed, and stands in Subordinate Statements only, an empty one too.',
  '3.2/step-18':
    'metadata_policy_crit names supported operators beyond the standard ones, in Subordinate Statements only.',
  '3.2/step-19': 'constraints is well formed, and stands in Subordinate Statements only.',
  '3.2/step-20':
    'trust_marks stands in Entity Configurations only, each mark of the type that stands beside it.',
  '3.2/step-21':
    'trust_mark_issuers is an object of arrays of Entity Identifiers, in Entity Configurations only.',
  '3.2/step-22':
    'trust_mark_owners is an object of objects with sub and jwks, in Entity Configurations only.',
  '3.2/step-23': 'source_endpoint is a URL, in Subordinate Statements only.',
  '3.2/steps-24-25': notOurs(
    'A Trust Chain in the header of an Entity Configuration is validated (§25).',
    'Only registration at an OpenID Provider hands such statements over; published ones are refused (§4.3, §4.4).',
  ),
  '3.2/step-26': 'A statement with aud is rejected outside Explicit Registration.',
  '3.2/step-27': 'A statement with trust_anchor is rejected outside Explicit Registration.',
} as const
