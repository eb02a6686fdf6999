/** Federation endpoints, from the well-known one to historical keys (§8, §9). */
import { notOurs } from './requirement.ts'

export const endpoints = {
  '8/unknown-parameters': 'Undefined request parameters are ignored.',
  '8/published-endpoints':
    'The endpoints that are served stand in the metadata of the Entity Configuration (§5.1.1).',
  '8.1/statements':
    'An entity with subordinates publishes Subordinate Statements about them at the fetch endpoint.',
  '8.1.1/request': 'A fetch request is a GET with the parameter sub.',
  '8.1.2/response':
    'A fetch response is 200 with application/entity-statement+jwt; an error is application/json.',
  '8.2/response': 'A list response is a JSON array of the Immediate Subordinates.',
  '8.2.1/entity-type': 'entity_type filters the list by Entity Type.',
  '8.2.1/trust-marked':
    'trust_marked and trust_mark_type filter the list by marks issued here that are still valid.',
  '8.2.1/intermediate': 'intermediate filters the list by who has subordinates.',
  '8.2.1/unsupported': notOurs(
    'A filter that is not supported is refused with unsupported_parameter.',
    'Every filter of the listing is supported.',
  ),
  '8.3.1/request': 'A resolve request has sub and one or more trust_anchor; one of these is used.',
  '8.3.1/entity-type': 'entity_type restricts the metadata to these types.',
  '8.3.2/typ':
    'A resolve response is application/resolve-response+jwt, of that typ, with kid, signed with our key.',
  '8.3.2/claims':
    'A resolve response has iss, sub, iat, exp, metadata and trust_chain, which ends with the Trust Anchor.',
  '8.3.2/foreign-response': notOurs(
    'A resolve response of another typ is rejected, and verified with keys that are trusted (§8.3.3).',
    'We answer; we ask no other resolver.',
  ),
  '8.3.2/exp': 'exp of the response is the earliest of the chain and of the marks in it.',
  '8.3.2/aud': 'aud of the response is exactly the client that authenticated.',
  '8.3.2/chain-header': notOurs(
    'A chain in the header of the response ends at the Trust Anchor that was asked for.',
    'The response carries no such header, which is optional.',
  ),
  '8.4.1/request': 'A status request is a POST with the parameter trust_mark.',
  '8.4.2/typ':
    'A status response is application/trust-mark-status-response+jwt, of that typ, with kid, signed with our key.',
  '8.4.2/claims': 'A status response has iss, iat, trust_mark and status.',
  '8.4.2/status': 'status is active, expired, revoked or invalid, for the very JWT that was asked about.',
  '8.4.2/not-ours': 'A mark that was not issued here is answered with 404.',
  '8.5.1/request': 'A request for the trust marked entities has trust_mark_type; sub filters the result.',
  '8.5.2/response': 'The trust marked entities are a JSON array of those whose mark is still valid.',
  '8.6.1/request': 'A Trust Mark request has trust_mark_type and sub.',
  '8.6.2/response': 'A Trust Mark response is the mark, as application/trust-mark+jwt.',
  '8.6.2/not-found': 'Where the Entity does not hold the mark, the answer is 404.',
  '8.7.2/typ':
    'Historical keys are application/jwk-set+jwt, of that typ, with kid, signed with a current key.',
  '8.7.2/claims':
    'The historical key set has iss, iat and keys; each key has kid and exp, and revoked_at if it was revoked.',
  '8.7.2/foreign-keys': notOurs(
    'A historical key is not taken for valid after its exp; a key set of another typ is rejected.',
    'Historical keys of others are not read here.',
  ),
  '8.9/errors': 'An error is a JSON object with error and error_description, in the status of its code.',
  '9/location':
    'The Entity Configuration lies at the identifier, less a trailing slash, plus the well-known suffix.',
  '9/federation-entity':
    'A Trust Anchor publishes its Entity Configuration, in which stands federation_entity.',
  '9.1/request': 'An Entity Configuration is requested with GET.',
  '9.2/response': 'The response is 200 with application/entity-statement+jwt.',
} as const
