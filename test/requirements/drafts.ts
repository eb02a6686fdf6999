/**
 * Three drafts beside the specification: Entity Collection -01, Extended Subordinate Listing -03 and Subordinate
 * Events -01. They are still changing, and so may these rows.
 */
import { type Chapter, must, notOurs, testsIn } from './requirement.ts'

const collection = testsIn('federation/collection/collection')
const walk = testsIn('federation/collection/walk')
const record = testsIn('federation/collection/record')
const cursors = testsIn('federation/routes/cursor')
const listing = testsIn('federation/routes/extended-list')
const events = testsIn('federation/routes/subordinate-events')
const recorded = testsIn('server/subordinate/events')
const clients = testsIn('federation/routes/client-authentication')
const http = testsIn('federation/routes/http')
const published = testsIn('federation/routes/published-metadata')

const READ_ONLY = '%s is read with GET and HEAD only'
const AUTHENTICATED = 'takes both where authentication is optional, but no POST without it'
const FILTERS = 'filters: %s'
const REFUSES = 'refuses %s'
const UNKNOWN = 'does not know %s'
const FORGERIES = [
  'an identifier behind a guess',
  'a pointer into the other list',
  'a pointer to another entity',
]
const everySupported = 'Every parameter of the draft is supported.'

export const drafts: Chapter = {
  title: 'Drafts: collection, extended listing, subordinate events',
  requirements: [
    must(
      'Collection, endpoint',
      'The URL of federation_collection_endpoint is https without a fragment.',
      published('names %s by an https URL, without a second slash'),
    ),
    must(
      'Collection, request',
      'A request is a GET, or a POST with client authentication.',
      http(READ_ONLY, '/collection'),
      clients(AUTHENTICATED),
    ),
    must(
      'Collection, entities',
      'What is listed stands directly or indirectly below the Trust Anchor.',
      walk('finds every entity below, however deep, and says when and from where it walked'),
      walk('leaves out whom a superior claims that the entity does not name'),
    ),
    must(
      'Collection, from',
      'A page begins with the Entity that from points to; an unknown one is page_not_found.',
      collection('goes on behind an entity that is gone when its page is asked for'),
      collection(REFUSES, 'from=hello'),
      cursors(UNKNOWN, ...FORGERIES),
    ),
    must(
      'Collection, limit',
      'A page holds no more than limit, nor than our own upper limit, which is the default.',
      collection('never sends more than its upper limit, which holds without a limit too'),
      collection(REFUSES, 'limit=0', 'limit=ten'),
    ),
    must(
      'Collection, entity_type',
      'entity_type filters; of several types one suffices.',
      collection(FILTERS, 'entity_type=openid_provider&entity_type=openid_relying_party'),
    ),
    must(
      'Collection, trust_mark_type',
      'trust_mark_type filters by verified marks; of several types all are needed.',
      collection(FILTERS),
      walk('keeps verified Trust Marks, and indexes no others'),
    ),
    must(
      'Collection, trust_anchor',
      'Without trust_anchor our own collection is meant; another is invalid_trust_anchor.',
      collection('serves the federation of another anchor to those who ask for it by name'),
      collection(REFUSES, 'trust_anchor=https%3A%2F%2Fother.example'),
    ),
    must(
      'Collection, entity_claims',
      'Optional claims are in the answer exactly when entity_claims names them.',
      collection('holds the claims that were asked for: %s', 'entity_claims=entity_types'),
    ),
    must(
      'Collection, ui_claims',
      'Optional UI claims are in the answer exactly when ui_claims names them.',
      collection('holds the UI claims that were asked for: %s', 'ui_claims=policy_uri'),
    ),
    must(
      'Collection, unsupported_claim',
      'A claim that is not supported is refused with unsupported_claim.',
      collection(REFUSES, 'entity_claims=metadata', 'ui_claims=client_secret'),
    ),
    must(
      'Collection, next',
      'next is in the answer when there is more.',
      collection('pages through everything once: limit=1%s'),
    ),
    must(
      'Collection, order',
      'The order is the same on every page, also while another walk takes the place.',
      collection('meets who stays exactly once while each page is followed by a new walk: %s'),
    ),
    must(
      'Collection, entity_id',
      'Every Entity in the answer has entity_id, and all its Entity Types where any are given.',
      collection(
        'lists every entity in the order of identifiers, with types, UI infos and the time of the walk',
      ),
    ),
    must(
      'Collection, ui_infos',
      'With entity_type, ui_infos holds these Entity Types, and federation_entity at most beside.',
      collection('shows the UI infos of the requested types only'),
      record('copies informational parameters with their language tags, and nothing else (§5.2.2)'),
    ),
    must(
      'Collection, errors',
      'Errors are JSON with the codes of the draft.',
      collection(REFUSES),
      http('a path that does not exist is answered in the format of errors'),
    ),
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
      'The URL of federation_extended_list_endpoint is https without a fragment, and advertised.',
      published('names %s by an https URL, without a second slash'),
      recorded('is advertised, with the extended list, when it is switched on'),
    ),
    must(
      'Listing, request',
      'A request is a GET, or a POST with client authentication, with the parameters of the listing too.',
      http(READ_ONLY, '/extended_list'),
      clients(AUTHENTICATED),
      listing(FILTERS, 'entity_type=openid_provider', 'intermediate=true', 'trust_marked=true'),
    ),
    must(
      'Listing, from',
      'A page begins with the entry that from points to; an unknown one is 404 page_not_found.',
      listing('pages through everything once, also when a page begins with one that is gone'),
      listing(REFUSES, 'from=hello'),
      cursors(UNKNOWN, ...FORGERIES),
    ),
    must(
      'Listing, limit',
      'limit is understood; a page holds no more.',
      listing('pages through everything once, also when a page begins with one that is gone'),
      listing('never sends more than its upper limit, which holds without a limit too'),
      listing(REFUSES, 'limit=0'),
    ),
    must(
      'Listing, updated_after',
      'updated_after and updated_before filter by the time of the last change, inclusively.',
      listing(FILTERS, 'updated_after=300&updated_before=300', 'updated_before=299'),
    ),
    must(
      'Listing, audit_timestamps',
      'With audit_timestamps the answer has registered and updated.',
      listing('adds the times when they are asked for, or filtered by'),
    ),
    must(
      'Listing, claims',
      'Items hold the claims that were asked for, and subordinate_statement only if it was.',
      listing('adds claims of the statement: %s'),
      listing('adds the statement as it was signed'),
    ),
    must(
      'Listing, trust_mark_type',
      'Of several trust_mark_type one mark that is valid suffices.',
      listing(FILTERS),
    ),
    must(
      'Listing, next',
      'next is in the answer when there is more, and the order is the same on every page.',
      listing('pages through everything once, also when a page begins with one that is gone'),
    ),
    must(
      'Listing, id',
      'The answer has immediate_subordinate_entities, and each item an id.',
      listing('names every subordinate with a valid statement, and nothing more unless asked'),
    ),
    notOurs(
      'Listing, unsupported_parameter',
      'A parameter that is not supported is refused.',
      everySupported,
    ),

    must(
      'Events, endpoint',
      'The URL of federation_subordinate_events_endpoint is https without a fragment, and advertised.',
      published('names %s by an https URL, without a second slash'),
      recorded('is advertised, with the extended list, when it is switched on'),
    ),
    must(
      'Events, request',
      'A request is a GET, or a POST with client authentication, and has the parameter sub.',
      http(READ_ONLY, '/subordinate_events'),
      clients(AUTHENTICATED),
      events('refuses a subject that is %s', 'nobody named', 'no Entity'),
    ),
    must(
      'Events, response',
      'The response is application/entity-events-statement+jwt, of that typ, signed with our key.',
      events('tells the events in their order, and new ones at once'),
    ),
    must(
      'Events, claims',
      'The response has iss, sub, iat and federation_registration_events, each with iat and event.',
      events('tells the events in their order, and new ones at once'),
    ),
    must(
      'Events, registration',
      'With a registration no update is told for the same time.',
      recorded('tells no update for the time of a registration'),
    ),
    must(
      'Events, errors',
      'Errors are JSON as for the other endpoints.',
      events('refuses a subject that is %s', 'nobody ever heard of'),
      http('a path that does not exist is answered in the format of errors'),
    ),
  ],
}
