/** Describes the states of a subordinate, and whether the public endpoints serve it. */
import type { PublicationState, SubordinateState } from '#lib/gql/graphql.ts'
import type { Tone } from '#lib/tone.ts'

interface Words {
  tone: Tone
  label: string
  explanation: string
}

export const subordinateStates: Record<SubordinateState, Words> = {
  ACTIVE: {
    tone: 'success',
    label: 'Active',
    explanation: 'The Trust Anchor publishes a statement about this entity, and the last check passed.',
  },
  DOES_NOT_RESOLVE: {
    tone: 'error',
    label: 'Does not resolve',
    explanation:
      'A statement is published, but others refuse the entity: a rule of the federation is broken.',
  },
  UNREACHABLE: {
    tone: 'warning',
    label: 'Unreachable',
    explanation:
      'The last check could not fetch its Entity Configuration. The statement stays until it expires.',
  },
  FAILING: {
    tone: 'error',
    label: 'Failing',
    explanation: 'It resolves, but cannot be renewed. The current statement stays valid until it expires.',
  },
  EXPIRED: {
    tone: 'error',
    label: 'Expired',
    explanation: 'Its Subordinate Statement is past its expiry: Trust Chains through it no longer resolve.',
  },
  INACTIVE: {
    tone: 'quiet',
    label: 'Inactive',
    explanation: 'Registered, but withdrawn from every public endpoint.',
  },
}

export const publicationStates: Record<PublicationState, Words> = {
  PUBLISHED: {
    tone: 'success',
    label: 'Published',
    explanation: 'The public endpoints serve the current registration.',
  },
  PENDING: {
    tone: 'warning',
    label: 'Publishing',
    explanation: 'A change is signed and on its way to the public endpoints.',
  },
  WITHDRAWN: { tone: 'quiet', label: 'Withdrawn', explanation: 'No public endpoint mentions this entity.' },
}
