/** Federation endpoints, from the well-known one to historical keys (§8, §9). */
import { type Chapter, must, notOurs, testsIn } from './requirement.ts'

const http = testsIn('federation/routes/http')
const configuration = testsIn('federation/routes/entity-configuration')
const fetch = testsIn('federation/routes/fetch')
const list = testsIn('federation/routes/list')
const resolve = testsIn('federation/resolver/resolve')
const resolvedMarks = testsIn('federation/resolver/trust-marks')
const clients = testsIn('federation/routes/client-authentication')
const status = testsIn('federation/routes/trust-mark-status')
const markList = testsIn('federation/routes/trust-mark-list')
const trustMark = testsIn('federation/routes/trust-mark')
const historical = testsIn('federation/routes/historical-keys')
const historicalKey = testsIn('core/historical-keys')
const response = testsIn('core/trust-chain/resolve')
const jws = testsIn('core/jws')
const identifier = testsIn('core/entity-id')
const journey = testsIn('product/journey')

const namesEndpoints =
  'the Entity Configuration is self-signed with the published key and names the endpoints (§3, §5.1.1)'
const RESOLVED = 'answers with metadata, chain and the earliest exp (§8.3.2)'
const STATUS = 'an issued mark is active, and revoked at once when it is revoked (§8.4.2)'
const LISTS = 'lists %s (§8.2)'

export const endpoints: Chapter = {
  title: 'Endpoints (§8, §9)',
  requirements: [
    must(
      '8',
      'Request parameters that nobody defined are ignored.',
      configuration('ignores parameters nobody defined (§8)'),
      fetch('sends the Subordinate Statement about the subject (§8.1.2)'),
      list(LISTS, 'everyone when a parameter is unknown'),
    ),
    must(
      '8, 5.1.1',
      'The endpoints that are served stand in the metadata of the Entity Configuration.',
      journey(namesEndpoints),
    ),
    must(
      '8.1',
      'Whoever has subordinates publishes Subordinate Statements about them at the fetch endpoint.',
      fetch('sends the Subordinate Statement about the subject (§8.1.2)'),
      journey('a registered entity is listed, and a statement vouches for its keys (§8.1, §8.2)'),
    ),
    must(
      '8.1.1',
      'A fetch request is a GET with the parameter sub.',
      http('%s is read with GET and HEAD only', '/fetch'),
      fetch('refuses %s', 'no subject'),
    ),
    must(
      '8.1.2',
      'A fetch response is 200 with application/entity-statement+jwt; an error is application/json.',
      fetch('sends the Subordinate Statement about the subject (§8.1.2)'),
      fetch('refuses %s', 'an unknown subject', 'the Trust Anchor itself'),
    ),
    must(
      '8.2',
      'A list response is a JSON array of the Immediate Subordinates.',
      list(LISTS, 'everyone, sorted, but not whose statement has expired'),
    ),
    must(
      '8.2.1',
      'entity_type filters the list by Entity Type.',
      list(LISTS, 'by entity type', 'by any of several entity types', 'by an entity type that nobody plays'),
    ),
    must(
      '8.2.1',
      'trust_marked and trust_mark_type filter the list by marks issued here that are still valid.',
      list(LISTS, 'holders of any valid mark', 'holders of a mark that is neither expired nor revoked'),
    ),
    must('8.2.1', 'intermediate filters the list by who has subordinates.', list(LISTS, 'Intermediates')),
    notOurs(
      '8.2.1',
      'A filter that is not supported is refused with unsupported_parameter.',
      'Every filter of the listing is supported.',
    ),
    must(
      '8.3.1',
      'A resolve request has sub and one or more trust_anchor; one of these is used.',
      resolve('%s', 'no subject', 'no Trust Anchor', 'a Trust Anchor that is no identifier'),
      resolve('a Trust Anchor that is not pinned'),
      resolve('uses whichever of several anchors is known'),
    ),
    must(
      '8.3.1',
      'entity_type restricts the metadata to these types.',
      resolve('restricts the metadata to the requested types, all of which may be absent (§8.3.1)'),
    ),
    must(
      '8.3.2',
      'A resolve response is application/resolve-response+jwt, of that typ, with kid, signed with our key.',
      resolve(RESOLVED),
      jws('makes a JWT that jose verifies with %s'),
    ),
    must(
      '8.3.2',
      'A resolve response has iss, sub, iat, exp, metadata and trust_chain, which ends with the Trust Anchor.',
      resolve(RESOLVED),
      response('holds the chain as it was signed, and marks where there are any'),
    ),
    notOurs(
      '8.3.2, 8.3.3',
      'A resolve response of another typ is rejected, and verified with keys that are trusted.',
      'We answer; we ask no other resolver.',
    ),
    must(
      '8.3.2',
      'exp of the response is the earliest of the chain and of the marks in it.',
      resolve(RESOLVED),
      resolvedMarks('lets exp be the earliest of the chain and the marks (§8.3.2)'),
    ),
    must(
      '8.3.2',
      'aud of the response is exactly the client that authenticated.',
      clients('names the authenticated client, and nobody else, as its audience (§8.3.2)'),
      clients('has no audience for a client that did not authenticate'),
    ),
    notOurs(
      '8.3.2',
      'A chain in the header of the response ends at the Trust Anchor that was asked for.',
      'The response carries no such header, which is optional.',
    ),
    must(
      '8.4.1',
      'A status request is a POST with the parameter trust_mark.',
      status('takes a POST with a form and nothing else (§8.4.1)'),
    ),
    must(
      '8.4.2',
      'A status response is application/trust-mark-status-response+jwt, of that typ, with kid, signed with our key.',
      status(STATUS),
      jws('makes a JWT that jose verifies with %s'),
    ),
    must('8.4.2', 'A status response has iss, iat, trust_mark and status.', status(STATUS)),
    must(
      '8.4.2',
      'status is active, expired, revoked or invalid, for the very JWT that was asked about.',
      status(STATUS),
      status('an issued mark is expired after its exp'),
      status('a mark signed with a retired key is active, with a compromised or unknown one invalid (§8.7)'),
      status('the status belongs to the issued JWT: a new mark does not bring a revoked one back'),
    ),
    must(
      '8.4.2',
      'A mark that was not issued here is answered with 404.',
      status('a mark that was not issued here is not found, though its signature is ours'),
    ),
    must(
      '8.5.1',
      'A request for the trust marked entities has trust_mark_type; sub filters the result.',
      markList('wants the type, and a subject that is an identifier'),
      markList('is filtered to the subject %s', 'https://a.example'),
    ),
    must(
      '8.5.2',
      'The trust marked entities are a JSON array of those whose mark is still valid.',
      markList('lists who holds a valid mark of the type (§8.5.2)'),
      markList('drops a holder in the second in which the mark expires'),
    ),
    must(
      '8.6.1',
      'A Trust Mark request has trust_mark_type and sub.',
      trustMark('wants the parameter %s', 'sub', 'trust_mark_type'),
    ),
    must(
      '8.6.2',
      'A Trust Mark response is the mark, as application/trust-mark+jwt.',
      trustMark('sends the mark of the subject (§8.6.2)'),
    ),
    must(
      '8.6.2',
      'Where the Entity does not hold the mark, the answer is 404.',
      trustMark(
        'answers 404 for a mark that is %s',
        'revoked',
        'expired',
        'of another type',
        'of somebody else',
      ),
    ),
    must(
      '8.7.2',
      'Historical keys are application/jwk-set+jwt, of that typ, with kid, signed with a current key.',
      historical('sends the published key set in its exact media type (§8.7.2)'),
      jws('makes a JWT that jose verifies with %s'),
    ),
    must(
      '8.7.2',
      'The historical key set has iss, iat and keys; each key has kid and exp, and revoked_at if it was revoked.',
      historicalKey('lists the keys at the top level'),
      historicalKey('refuses %s', 'no exp', 'revoked without a time'),
    ),
    notOurs(
      '8.7.2',
      'A historical key is not taken for valid after its exp; a key set of another typ is rejected.',
      'Historical keys of others are not read here.',
    ),
    must(
      '8.9',
      'An error is a JSON object with error and error_description, in the status of its code.',
      fetch('refuses %s'),
      testsIn('core/errors')(
        '%s has the status %i (§8.9)',
        'invalid_request',
        'invalid_trust_anchor',
        'not_found',
      ),
      http('a path that does not exist is answered in the format of errors'),
      testsIn('federation/routes/unreadable-request')('what %s is refused', 'is not HTTP'),
      testsIn('federation/resolver/unusable-anchor')(
        'says so of an anchor that misbehaves: %s',
        'html',
        'server error',
      ),
    ),
    must(
      '9',
      'The Entity Configuration lies at the identifier, less a trailing slash, plus the well-known suffix.',
      identifier(
        '%s is configured at %s',
        'https://a.example/',
        'https://a.example/b/c',
        'https://a.example/b/',
      ),
    ),
    must(
      '9',
      'A Trust Anchor publishes its Entity Configuration, in which stands federation_entity.',
      journey(namesEndpoints),
    ),
    must(
      '9.1',
      'An Entity Configuration is requested with GET.',
      http('%s is read with GET and HEAD only', '/.well-known/openid-federation'),
    ),
    must(
      '9.2',
      'The response is 200 with application/entity-statement+jwt.',
      configuration('sends the published statement in its exact media type (§9.2)'),
    ),
  ],
}
