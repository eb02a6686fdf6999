/** Entity Statements: identifiers, headers, and where each claim may stand (§1-3.1). */
import { type Chapter, must, notOurs, testsIn } from './requirement.ts'

const identifier = testsIn('core/entity-id')
const jws = testsIn('core/jws')
const keys = testsIn('core/keys')
const parse = testsIn('core/entity-statement/parse')
const build = testsIn('core/entity-statement/build')
const validate = testsIn('core/entity-statement/validate')
const metadata = testsIn('core/metadata')
const resolve = testsIn('core/trust-chain/resolve-metadata')
const chain = testsIn('core/trust-chain/validate')
const constraints = testsIn('core/trust-chain/check-constraints')
const lists = testsIn('federation/resolver/trust-mark-lists')
const configuration = testsIn('federation/routes/entity-configuration')
const fetch = testsIn('federation/routes/fetch')
const markType = testsIn('server/trust-mark/type')
const anchor = testsIn('server/trust-anchor/trust-anchor')
const journey = testsIn('product/journey')

const selfSigned =
  'the Entity Configuration is self-signed with the published key and names the endpoints (§3, §5.1.1)'
const nothingEmpty = 'holds whole seconds, public keys and nothing empty (§3.1.2)'

export const entityStatements: Chapter = {
  title: 'Entity Statements (§1-3.1)',
  requirements: [
    must(
      '1.1',
      'Signed JWTs are in compact form; another serialization is not read.',
      jws('refuses %s', 'no string', 'two parts', 'four parts'),
    ),
    must(
      '1.2',
      'An Entity Identifier is an https URL with a host.',
      identifier('refuses %s', 'another scheme', 'no scheme', 'no host', 'http'),
    ),
    must(
      '1.2',
      'An Entity Identifier has neither query nor fragment.',
      identifier('refuses %s', 'a query', 'an empty query', 'a fragment', 'an empty fragment'),
    ),
    must(
      '3',
      'Entity Statements are sent with the typ entity-statement+jwt.',
      configuration('sends the published statement in its exact media type (§9.2)'),
      fetch('sends the Subordinate Statement about the subject (§8.1.2)'),
    ),
    must(
      '3',
      'Entity Statements are signed, and name in kid the Federation Entity Key that signed them.',
      journey(selfSigned),
      jws('adds header members, but none that replaces typ, alg or kid'),
    ),
    must(
      '3.1.1',
      'iss, sub, iat, exp and jwks stand in every Entity Statement.',
      parse(
        'refuses in either statement %s',
        'step 5: no iss',
        '§3.1.1: no sub',
        'step 7: no iat',
        'step 8: no exp',
        'step 9: no jwks',
      ),
      build('builds what can be parsed'),
    ),
    must('3.1.1', 'A statement is not accepted after its exp.', validate('%s', 'step 8: expired beyond it')),
    must(
      '3.1.1',
      'Every key of jwks has a kid that no other key of the set has.',
      keys('refuses %s', 'no kid', 'an empty kid', 'two keys with one kid (§3.1.1)'),
    ),
    must(
      '3.1.1',
      'jwks of a Subordinate Statement holds the keys of its subject.',
      journey('a registered entity is listed, and a statement vouches for its keys (§8.1, §8.2)'),
    ),
    must(
      '3.1.1',
      'jwks holds public keys only.',
      keys('refuses %s', 'a private key among them', 'a symmetric key'),
      build(nothingEmpty),
    ),
    must(
      '3.1.1',
      'The Entity Configuration names in metadata every Entity Type that the Entity plays.',
      journey(selfSigned),
    ),
    must(
      '3.1.1',
      "metadata of a Subordinate Statement overrides the subject's own, for Entity Types that it declares itself.",
      metadata('replaces whole parameters, adds new ones, and adds no Entity Type'),
    ),
    must(
      '3.1.1',
      'metadata of a Subordinate Statement is about its subject alone, not about those below.',
      resolve('takes the metadata of the Immediate Superior, and of no other'),
    ),
    must(
      '3.1.1, 13.4',
      'Claims that crit names are understood and processed, or the statement is refused.',
      parse('refuses in either statement %s', 'step 13: crit with a name that is not understood'),
      parse('accepts crit that names a claim its caller understands (§13.4)'),
    ),
    must(
      '3.1.1, 13.4',
      'crit is not empty, has no name twice, and none that Core defines or that the statement lacks.',
      parse(
        'refuses in either statement %s',
        'step 13: an empty crit',
        'step 13: crit with a name twice',
        'step 13: crit with a name that Core defines',
        'step 13: crit with a name that is not there',
      ),
      build('holds nothing empty (§3.1.3)'),
      build('cannot take the name %s'),
    ),
    must(
      '3.1.2',
      'An Entity with Superiors names them in authority_hints.',
      build('builds what can be parsed'),
      anchor('names superiors, hints and foreign issuers and owners of Trust Marks'),
    ),
    must(
      '3.1.2',
      'authority_hints is not empty, and absent from a Trust Anchor without Superiors.',
      parse('refuses in an Entity Configuration %s', 'step 14: empty authority_hints'),
      build(nothingEmpty),
      journey(selfSigned),
    ),
    must(
      '3.1.2',
      'trust_anchor_hints is not empty, and absent from a Trust Anchor without Superiors.',
      parse('refuses in an Entity Configuration %s', 'step 15: empty trust_anchor_hints'),
      build(nothingEmpty),
      build('has no trust_anchor_hints without Superiors (§3.1.2)'),
    ),
    must(
      '3.1.2',
      'authority_hints and trust_anchor_hints stand in Entity Configurations only.',
      parse(
        'refuses in a Subordinate Statement %s',
        'step 14: authority_hints',
        'step 15: trust_anchor_hints',
      ),
    ),
    must(
      '3.1.2',
      'An element of trust_marks has a type and a Trust Mark, whose type is the same.',
      parse(
        'refuses in an Entity Configuration %s',
        'step 20: a mark without type',
        'step 20: a mark without JWT',
        'step 20: a mark of another type',
      ),
    ),
    must(
      '3.1.2',
      'trust_mark_issuers of an Entity that is not the Trust Anchor is ignored.',
      lists('the issuers that count are those of the Trust Anchor (§3.1.2)'),
    ),
    must(
      '3.1.2',
      'trust_mark_owners of an Entity that is not the Trust Anchor is ignored.',
      lists('the owners that count are those of the Trust Anchor (§3.1.2)'),
    ),
    must(
      '3.1.2',
      'The owner of a type that others issue is named in trust_mark_owners, with sub and jwks.',
      markType('names the owner in the Entity Configuration'),
      parse(
        'refuses in an Entity Configuration %s',
        'step 22: an owner without sub',
        'step 22: an owner without jwks',
      ),
    ),
    must(
      '3.1.3',
      'constraints hold for the subject of the statement and everything below it.',
      constraints('set by %s to %j: %s'),
    ),
    must(
      '3.1.3',
      'metadata_policy holds for the subject of the statement and everything below it.',
      resolve('merges policies from the Trust Anchor down'),
    ),
    must(
      '3.1.3',
      'metadata_policy_crit is not empty.',
      parse('refuses in a Subordinate Statement %s', 'step 18: an empty metadata_policy_crit'),
      build('holds nothing empty (§3.1.3)'),
    ),
    must(
      '3.1.3',
      'An operator in metadata_policy_crit that is not understood makes statement and chain invalid.',
      chain('refuses %s as invalid metadata', 'a critical operator'),
    ),
    notOurs(
      '3.1.4, 3.1.5',
      'Explicit Registration messages carry aud, and their responses trust_anchor and a typ of their own.',
      'Relying Parties and OpenID Providers exchange them; nobody registers clients here.',
    ),
  ],
}
