/**
 * Three drafts beside the specification: Entity Collection -01, Extended Subordinate Listing -03 and Subordinate
 * Events -01. They are still changing, and so may these rows.
 */
import { type Chapter, must, notOurs, testsIn } from './requirement.ts'

const walk = testsIn('federation/collection-walk')
const record = testsIn('federation/collection-record')

const everySupported = 'Every parameter of the draft is supported.'

export const drafts: Chapter = {
  title: 'Drafts: collection, extended listing, subordinate events',
  requirements: [
    must('Collection, endpoint', 'The URL of federation_collection_endpoint is https without a fragment.'),
    must('Collection, request', 'A request is a GET, or a POST with client authentication.'),
    must(
      'Collection, entities',
      'What is listed stands directly or indirectly below the Trust Anchor.',
      walk('finds every entity below, however deep, and says when and from where it walked'),
      walk('leaves out whom a superior claims that the entity does not name'),
    ),
    must(
      'Collection, from',
      'A page begins with the Entity that from points to; an unknown one is page_not_found.',
    ),
    must(
      'Collection, limit',
      'A page holds no more than limit, nor than our own upper limit, which is the default.',
    ),
    must('Collection, entity_type', 'entity_type filters; of several types one suffices.'),
    must(
      'Collection, trust_mark_type',
      'trust_mark_type filters by verified marks; of several types all are needed.',
    ),
    must(
      'Collection, verified marks',
      'The marks that trust_mark_type goes by have been verified.',
      walk('keeps verified Trust Marks, and indexes no others'),
    ),
    must(
      'Collection, trust_anchor',
      'Without trust_anchor our own collection is meant; another is invalid_trust_anchor.',
    ),
    must(
      'Collection, entity_claims',
      'Optional claims are in the answer exactly when entity_claims names them.',
    ),
    must('Collection, ui_claims', 'Optional UI claims are in the answer exactly when ui_claims names them.'),
    must('Collection, unsupported_claim', 'A claim that is not supported is refused with unsupported_claim.'),
    must('Collection, next', 'next is in the answer when there is more.'),
    must(
      'Collection, order',
      'The order is the same on every page, also while another walk takes the place.',
    ),
    must(
      'Collection, entity_id',
      'Every Entity in the answer has entity_id, and all its Entity Types where any are given.',
    ),
    must(
      'Collection, ui_infos',
      'With entity_type, ui_infos holds these Entity Types, and federation_entity at most beside.',
    ),
    must(
      'Collection, ui parameters',
      'UI information is made of informational parameters with their language tags.',
      record('copies informational parameters with their language tags, and nothing else (§5.2.2)'),
    ),
    must('Collection, errors', 'Errors are JSON with the codes of the draft.'),
    notOurs(
      'Collection, unsupported_parameter',
      'A parameter that is not supported is refused.',
      everySupported,
    ),
    notOurs(
      'Collection, no identifier',
      'A responder without identifier needs trust_anchor.',
      'We have one.',
    ),

    must(
      'Listing, endpoint',
      'The extended listing takes every parameter of the listing, and is advertised.',
    ),
    must(
      'Listing, from',
      'A page begins with the entry that from points to; an unknown one is 404 page_not_found.',
    ),
    must('Listing, limit', 'limit is understood; a page holds no more.'),
    must(
      'Listing, updated_after',
      'updated_after and updated_before filter by the time of the last change, inclusively.',
    ),
    must('Listing, audit_timestamps', 'With audit_timestamps the answer has registered and updated.'),
    must(
      'Listing, claims',
      'Items hold the claims that were asked for, and subordinate_statement only if it was.',
    ),
    must('Listing, trust_mark_type', 'Of several trust_mark_type one mark that is valid suffices.'),
    must(
      'Listing, next',
      'next is in the answer when there is more, and the order is the same on every page.',
    ),
    must('Listing, id', 'The answer has immediate_subordinate_entities, and each item an id.'),
    notOurs(
      'Listing, unsupported_parameter',
      'A parameter that is not supported is refused.',
      everySupported,
    ),

    must(
      'Events, endpoint',
      'The URL of federation_subordinate_events_endpoint is https without a fragment.',
    ),
    must('Events, request', 'A request has the parameter sub.'),
    must(
      'Events, response',
      'The response is application/entity-events-statement+jwt, of that typ, signed with our key.',
    ),
    must(
      'Events, claims',
      'The response has iss, sub, iat and federation_registration_events, each with iat and event.',
    ),
    must('Events, registration', 'With a registration no update is told for the same time.'),
    must('Events, errors', 'Errors are JSON as for the other endpoints.'),
  ],
}
