/** Requirements that are known to have no test yet, by section, and why. Whoever writes one strikes it out here. */
export const knownUntested: readonly { reason: string; sections: readonly string[] }[] = [
  {
    reason: 'The endpoint of the Entity Collection is being written.',
    sections: [
      'Collection, endpoint',
      'Collection, request',
      'Collection, from',
      'Collection, limit',
      'Collection, entity_type',
      'Collection, trust_mark_type',
      'Collection, trust_anchor',
      'Collection, entity_claims',
      'Collection, ui_claims',
      'Collection, unsupported_claim',
      'Collection, next',
      'Collection, order',
      'Collection, entity_id',
      'Collection, ui_infos',
      'Collection, errors',
    ],
  },
  {
    reason: 'The extended listing is being written.',
    sections: [
      'Listing, endpoint',
      'Listing, from',
      'Listing, limit',
      'Listing, updated_after',
      'Listing, audit_timestamps',
      'Listing, claims',
      'Listing, trust_mark_type',
      'Listing, next',
      'Listing, id',
    ],
  },
  {
    reason: 'Subordinate events are being written.',
    sections: [
      'Events, endpoint',
      'Events, request',
      'Events, response',
      'Events, claims',
      'Events, registration',
      'Events, errors',
    ],
  },
]
