/**
 * Where software in use reads an older draft than this Trust Anchor, for the field that it concerns. test/web/component/older-reading
 * has our own reading of each case.
 */
export const olderReadings = {
  allowedEntityTypes:
    'Software of older drafts refuses a member that declares another type too (lighthouse 0.22), or every Intermediate (inmor 0.x).',
  scopeSubset: 'Software of older drafts compares scope as one text: with inmor 0.x, nothing of it is left.',
  markStatus:
    'Software of older drafts does not read the status of a mark: it asks the status endpoint, or takes the mark until it ends.',
  mlDsa: 'Software that does not know RFC 9964 refuses everything signed with this key.',
} as const

export type OlderReading = keyof typeof olderReadings
