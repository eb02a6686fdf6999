/** Trust Chains: their shape, building, validation and expiry (§4, §10, §11). */
import { type Chapter, must, notOurs, testsIn } from './requirement.ts'

const parse = testsIn('core/entity-statement/parse')
const collect = testsIn('core/trust-chain/collect')
const chain = testsIn('core/trust-chain/validate')
const resolve = testsIn('core/trust-chain/resolve')
const metadata = testsIn('core/trust-chain/resolve-metadata')
const example = testsIn('core/trust-chain/worked-example')
const endpoint = testsIn('federation/resolver/resolve')
const network = testsIn('federation/resolver/network')

const SHAPE = 'refuses %s'
const EACH = 'refuses an %s'
const KEYS = 'verifies with the keys that the statement above lists: %s'

export const trustChains: Chapter = {
  title: 'Trust Chains (§4, §10, §11)',
  requirements: [
    must(
      '4',
      "A chain begins with its subject's Entity Configuration and goes up statement by statement.",
      chain(
        SHAPE,
        'no Entity Configuration at its start',
        'a statement left out',
        'two statements in the wrong order',
      ),
    ),
    must(
      '4',
      "The Trust Anchor's Entity Configuration ends the chain, or may be left out.",
      chain('ends with the Entity Configuration of the Trust Anchor'),
      chain('may leave that out (§4)'),
    ),
    must(
      '4, 10',
      "The Trust Anchor's keys come from outside the chain; they verify its last statements.",
      chain('verifies the Trust Anchor with the keys that are trusted, not with its own'),
      resolve('trusts no Trust Anchor by its own word'),
      resolve('needs keys for a Trust Anchor'),
      endpoint('resolves with its pinned keys, and not with others'),
    ),
    must(
      '4.3, 4.4',
      'Entity Statements have neither trust_chain nor peer_trust_chain in their header.',
      parse('refuses %s', '§4.3: a trust_chain header', '§4.4: a peer_trust_chain header'),
    ),
    notOurs(
      '4.3, 4.4',
      'Chains in the headers of authentication and registration requests end at the same Trust Anchor.',
      'Relying Parties and OpenID Providers exchange these requests.',
    ),
    must(
      '10.1',
      'The chain is built from the Entity Configuration upwards over authority_hints.',
      collect('climbs to the Trust Anchor'),
      network('collects what is not published here, and asks for nothing that is'),
    ),
    must(
      '10.1',
      'A statement that was obtained is not fetched again in the same run.',
      collect('finds both sides of a diamond, and fetches nothing twice'),
    ),
    must(
      '10.1',
      'An authority hint that leads to a loop is not used, and no chain has one.',
      collect('lead back to where they come from: a loop is left (§10.1)'),
      chain('refuses a loop (§10.1)'),
    ),
    must(
      '10.2',
      'Every statement has its required claims, an iat that is past and an exp to come.',
      chain(
        EACH,
        'expired Entity Configuration',
        'expired Subordinate Statement',
        'statement from the future',
        'expired Trust Anchor',
        'statement without a required claim',
      ),
    ),
    must(
      '10.2',
      'The first statement has its subject as issuer and verifies with its own keys.',
      chain(SHAPE, 'no Entity Configuration at its start'),
      chain('verifies the subject by its own keys as well as by those in the statement about it'),
    ),
    must(
      '10.2',
      'The issuer of each statement is the subject of the one above.',
      chain(SHAPE, 'a statement left out', 'the subject twice'),
    ),
    must(
      '10.2',
      'The signature of each statement verifies with a key that the one above states.',
      chain(KEYS, 'what the Trust Anchor states', 'an Intermediate', 'the Immediate Superior', 'the subject'),
      chain('does not take a key that is named right and is another'),
      endpoint('an entity whose configuration is not signed with the keys we state for it (§10.2)'),
    ),
    must(
      '10.2',
      'The last issuer is the Trust Anchor that was asked for.',
      chain('refuses another Trust Anchor than was asked for'),
    ),
    must(
      '10.2',
      'A chain that was changed anywhere does not validate.',
      chain('does not survive any single change'),
    ),
    must(
      '10.2, 6.1.4',
      'After the chain its metadata is resolved.',
      example('resolves to what the rules say'),
      metadata('merges policies from the Trust Anchor down'),
      network('applies the policy of every superior (§6.1.4)'),
    ),
    must(
      '10.2, 6.2',
      'The constraints of every statement are enforced.',
      chain('is refused with its constraints (§6.2)'),
      network('enforces constraints on the path (§6.2.1)'),
    ),
    must(
      '10.4',
      'A chain expires with the first of its statements.',
      chain('expires with the first of its statements (§10.4)'),
      endpoint('does not give an answer again whose exp has passed'),
    ),
    must(
      '11',
      'An expired chain is refreshed.',
      network('fetches a fresh configuration when the stored one has expired'),
      endpoint('gives the same answer again, until a change touches it'),
    ),
    notOurs(
      '12',
      'Client registration validates chains, and does not outlive them.',
      'OpenID Providers register clients; this is no OpenID Provider.',
    ),
  ],
}
