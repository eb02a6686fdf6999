/** The endpoints as the index page shows them: what each answers, and a link that shows it live. */

/** What a live link may be made with; a part that is missing leaves the endpoint without one. */
export type Example = {
  entityId: string
  subordinate: string | undefined
  trustMarkType: string | undefined
  hasHistoricalKeys: boolean
  /** Whether the federation has been walked. */
  hasCollection: boolean
}

export type Endpoint = {
  title: string
  /** As it stands behind the identifier of the Trust Anchor. */
  path: string
  /** Parameters that must be given. */
  parameters?: readonly string[]
  method?: 'POST'
  /** Of the specification; without, the endpoint comes from a draft beside it. */
  section?: string
  text: string
  /** The query of the live link, without the question mark; undefined when there is none. */
  example?(example: Example): Record<string, string> | undefined
}

export const endpoints: readonly Endpoint[] = [
  {
    title: 'Entity Configuration',
    path: '.well-known/openid-federation',
    section: '9',
    text: 'What this Trust Anchor states about itself: keys, endpoints, and who may issue which Trust Mark.',
    example: () => ({}),
  },
  {
    title: 'Subordinate listing',
    path: 'list',
    section: '8.2',
    text: 'The identifiers of all Immediate Subordinates, filtered by entity type or Trust Mark on request.',
    example: () => ({}),
  },
  {
    title: 'Extended Subordinate Listing',
    path: 'extended_list',
    text: 'The Immediate Subordinates a page at a time, with when they were registered and updated.',
    example: () => ({ audit_timestamps: 'true' }),
  },
  {
    title: 'Subordinate events',
    path: 'subordinate_events',
    parameters: ['sub'],
    text: 'What happened to the registration of one entity, signed.',
  },
  {
    title: 'Subordinate Statement',
    path: 'fetch',
    parameters: ['sub'],
    section: '8.1',
    text: 'What this Trust Anchor vouches for about one subordinate.',
    example: ({ subordinate: sub }) => (sub === undefined ? undefined : { sub }),
  },
  {
    title: 'Resolve',
    path: 'resolve',
    parameters: ['sub', 'trust_anchor'],
    section: '8.3',
    text: 'The metadata of an entity after every policy on its Trust Chain, with the chain as evidence.',
    example: ({ entityId, subordinate: sub }) =>
      sub === undefined ? undefined : { sub, trust_anchor: entityId },
  },
  {
    title: 'Entity Collection',
    path: 'collection',
    text: 'Every entity of the federation at any depth, as the last walk found them, a page at a time.',
    example: ({ hasCollection }) => (hasCollection ? {} : undefined),
  },
  {
    title: 'Trust Mark',
    path: 'trust_mark',
    parameters: ['trust_mark_type', 'sub'],
    section: '8.6',
    text: 'The Trust Mark of a type that was issued to an entity.',
  },
  {
    title: 'Trust marked entities',
    path: 'trust_mark_list',
    parameters: ['trust_mark_type'],
    section: '8.5',
    text: 'Everyone who holds a valid Trust Mark of a type.',
    example: ({ trustMarkType: trust_mark_type }) =>
      trust_mark_type === undefined ? undefined : { trust_mark_type },
  },
  {
    title: 'Trust Mark status',
    path: 'trust_mark_status',
    parameters: ['trust_mark'],
    method: 'POST',
    section: '8.4',
    text: 'Whether one issued Trust Mark is active, expired or revoked.',
  },
  {
    title: 'Historical keys',
    path: 'historical_keys',
    section: '8.7',
    text: 'Keys that were retired or revoked, to verify what was signed with them.',
    example: ({ hasHistoricalKeys }) => (hasHistoricalKeys ? {} : undefined),
  },
]
