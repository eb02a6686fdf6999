/** Entity Statements: identifiers, headers, and where each claim may stand (§1-3.1). */
import { notOurs } from './requirement.ts'

export const entityStatements = {
  '1.1/compact': 'Signed JWTs are in compact form; another serialization is not read.',
  '1.2/https-host': 'An Entity Identifier is an https URL with a host.',
  '1.2/no-query-or-fragment': 'An Entity Identifier has neither query nor fragment.',
  '3/typ': 'Entity Statements are sent with the typ entity-statement+jwt.',
  '3/kid': 'Entity Statements are signed, and name in kid the Federation Entity Key that signed them.',
  '3.1.1/required-claims': 'iss, sub, iat, exp and jwks stand in every Entity Statement.',
  '3.1.1/exp': 'A statement is not accepted after its exp.',
  '3.1.1/unique-kids': 'Every key of jwks has a kid that no other key of the set has.',
  '3.1.1/subject-keys': 'jwks of a Subordinate Statement holds the keys of its subject.',
  '3.1.1/public-keys': 'jwks holds public keys only.',
  '3.1.1/entity-types': 'The Entity Configuration names in metadata every Entity Type that the Entity plays.',
  '3.1.1/metadata-override':
    "metadata of a Subordinate Statement overrides the subject's own, for Entity Types that it declares itself.",
  '3.1.1/metadata-scope':
    'metadata of a Subordinate Statement is about its subject alone, not about those below.',
  '3.1.1/crit-understood':
    'Claims that crit names are understood and processed, or the statement is refused (§13.4).',
  '3.1.1/crit-names':
    'crit is not empty, has no name twice, and none that Core defines or that the statement lacks (§13.4).',
  '3.1.2/authority-hints': 'An Entity with Superiors names them in authority_hints.',
  '3.1.2/authority-hints-not-empty':
    'authority_hints is not empty, and absent from a Trust Anchor without Superiors.',
  '3.1.2/trust-anchor-hints':
    'trust_anchor_hints is not empty, and absent from a Trust Anchor without Superiors.',
  '3.1.2/hints-place': 'authority_hints and trust_anchor_hints stand in Entity Configurations only.',
  '3.1.2/trust-marks': 'An element of trust_marks has a type and a Trust Mark, whose type is the same.',
  '3.1.2/trust-mark-issuers': 'trust_mark_issuers of an Entity that is not the Trust Anchor is ignored.',
  '3.1.2/trust-mark-owners': 'trust_mark_owners of an Entity that is not the Trust Anchor is ignored.',
  '3.1.2/owner-named':
    'The owner of a type that others issue is named in trust_mark_owners, with sub and jwks.',
  '3.1.3/constraints-scope': 'constraints hold for the subject of the statement and everything below it.',
  '3.1.3/policy-scope': 'metadata_policy holds for the subject of the statement and everything below it.',
  '3.1.3/policy-crit-not-empty': 'metadata_policy_crit is not empty.',
  '3.1.3/policy-crit-understood':
    'An operator in metadata_policy_crit that is not understood makes statement and chain invalid.',
  '3.1.4/explicit-registration': notOurs(
    'Explicit Registration messages carry aud, and their responses trust_anchor and a typ of their own (§3.1.5).',
    'Relying Parties and OpenID Providers exchange them; this server does not register clients.',
  ),
} as const
