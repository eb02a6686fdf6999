/** The terms of the specification, each defined in a sentence with its section. */
export interface Term {
  word: string
  sentence: string
  section?: string
}

export const terms = {
  additionalClaims: {
    word: 'additional claims',
    sentence: 'Claims that the specification does not define, added to the statement unchanged.',
    section: '3.1',
  },
  authorityHints: {
    word: 'authority hints',
    sentence:
      'The superiors that an entity names in its own configuration; a Trust Chain is built along them.',
    section: '3.1.2',
  },
  constraints: {
    word: 'constraints',
    sentence: 'Limits on everything below an entity: depth, host names and Entity Types.',
    section: '6.2',
  },
  entityConfiguration: {
    word: 'Entity Configuration',
    sentence:
      'An entity’s statement about itself, signed with its own keys, at /.well-known/openid-federation.',
    section: '9',
  },
  entityIdentifier: {
    word: 'Entity Identifier',
    sentence: 'The URL that identifies an entity, and below which its Entity Configuration is published.',
    section: '1.2',
  },
  federationEntityKeys: {
    word: 'Federation Entity Keys',
    sentence: 'The keys with which an entity signs its statements; never those of its OpenID protocol.',
    section: '1.2',
  },
  forcedMetadata: {
    word: 'forced metadata',
    sentence: 'Metadata in the Subordinate Statement that replaces the entity’s own.',
    section: '3.1.1',
  },
  historicalKeys: {
    word: 'historical keys',
    sentence: 'Previous keys of an entity, with the end of their validity and the reason of a revocation.',
    section: '8.7',
  },
  metadataPolicy: {
    word: 'metadata policy',
    sentence: 'Rules that change or check the metadata of an entity and of everything below it.',
    section: '6.1',
  },
  resolvedMetadata: {
    word: 'resolved metadata',
    sentence: 'The metadata after forced metadata and every policy of the Trust Chain.',
    section: '6.1.4',
  },
  subordinateStatement: {
    word: 'Subordinate Statement',
    sentence: 'The Trust Anchor’s signed statement about an entity, served by the fetch endpoint.',
    section: '8.1',
  },
  trustChain: {
    word: 'Trust Chain',
    sentence:
      'Statements from an entity up to the Trust Anchor, each signed with keys that the next one contains.',
    section: '4',
  },
  trustMark: {
    word: 'Trust Mark',
    sentence: 'A signed statement that an entity meets a set of requirements.',
    section: '7',
  },
} satisfies Record<string, Term>
