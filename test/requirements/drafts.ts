/**
 * Three drafts beside the specification: Entity Collection -01, Extended Subordinate Listing -03 and Subordinate
 * Events -01. They are still changing, and so may these rows.
 */
import { notOurs } from './requirement.ts'

export const drafts = {
  'collection/endpoint': 'The URL of federation_collection_endpoint is https without a fragment.',
  'collection/request': 'A request is a GET, or a POST with client authentication.',
  'collection/entities': 'What is listed stands directly or indirectly below the Trust Anchor.',
  'collection/from': 'A page begins with the Entity that from points to; an unknown one is page_not_found.',
  'collection/limit': 'A page holds no more than limit, nor than our own upper limit, which is the default.',
  'collection/entity-type': 'entity_type filters; of several types one suffices.',
  'collection/trust-mark-type': 'trust_mark_type filters by verified marks; of several types all are needed.',
  'collection/trust-anchor':
    'Without trust_anchor our own collection is meant; another is invalid_trust_anchor.',
  'collection/entity-claims': 'Optional claims are in the answer exactly when entity_claims names them.',
  'collection/ui-claims': 'Optional UI claims are in the answer exactly when ui_claims names them.',
  'collection/unsupported-claim': 'A claim that is not supported is refused with unsupported_claim.',
  'collection/next': 'next is in the answer when there is more.',
  'collection/order': 'The order is the same on every page, also while another walk takes the place.',
  'collection/entity-id':
    'Every Entity in the answer has entity_id, and all its Entity Types where any are given.',
  'collection/ui-infos':
    'With entity_type, ui_infos holds these Entity Types, and federation_entity at most beside.',
  'collection/errors': 'Errors are JSON with the codes of the draft.',
  'collection/unsupported-parameter': notOurs(
    'A parameter that is not supported is refused.',
    'Every parameter of the draft is supported.',
  ),
  'collection/no-identifier': notOurs('A responder without identifier needs trust_anchor.', 'We have one.'),
  'listing/endpoint':
    'The URL of federation_extended_list_endpoint is https without a fragment, and advertised.',
  'listing/request':
    'A request is a GET, or a POST with client authentication, with the parameters of the listing too.',
  'listing/from': 'A page begins with the entry that from points to; an unknown one is 404 page_not_found.',
  'listing/limit': 'limit is understood; a page holds no more.',
  'listing/updated-after':
    'updated_after and updated_before filter by the time of the last change, inclusively.',
  'listing/audit-timestamps': 'With audit_timestamps the answer has registered and updated.',
  'listing/claims': 'Items hold the claims that were asked for, and subordinate_statement only if it was.',
  'listing/trust-mark-type': 'Of several trust_mark_type one mark that is valid suffices.',
  'listing/next': 'next is in the answer when there is more, and the order is the same on every page.',
  'listing/id': 'The answer has immediate_subordinate_entities, and each item an id.',
  'listing/unsupported-parameter': notOurs(
    'A parameter that is not supported is refused.',
    'Every parameter of the draft is supported.',
  ),
  'events/endpoint':
    'The URL of federation_subordinate_events_endpoint is https without a fragment, and advertised.',
  'events/request': 'A request is a GET, or a POST with client authentication, and has the parameter sub.',
  'events/response':
    'The response is application/entity-events-statement+jwt, of that typ, signed with our key.',
  'events/claims':
    'The response has iss, sub, iat and federation_registration_events, each with iat and event.',
  'events/registration': 'There is no update event at the time of a registration.',
  'events/errors': 'Errors are JSON as for the other endpoints.',
} as const
