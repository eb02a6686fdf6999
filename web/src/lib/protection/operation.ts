/** Labels of the operations that a second person may have to approve. */
import type { ProtectedOperation } from '#lib/gql/graphql.ts'

type Row = {
  label: string
  description: string
  /** Protected with it, because they do the same by another way. */
  implies: readonly ProtectedOperation[]
}

export const operations: Readonly<Record<ProtectedOperation, Row>> = {
  ANCHOR: {
    label: 'This anchor',
    description:
      'Its keys and their rollover, settings, metadata policy, constraints and schedules; create, restore, pause, resume or remove a Trust Anchor, or place it under another one.',
    implies: ['ACCESS'],
  },
  MEMBERS: {
    label: 'Members',
    description:
      'Register, import, deactivate, reactivate or remove a member, change what is stated about it, end a Trust Mark that it must hold, or let checks approve requests without a person. With it the anchor is protected, because a policy or a pause takes a member away too.',
    implies: ['ANCHOR', 'ACCESS'],
  },
  TRUST_MARKS: {
    label: 'Trust Marks',
    description:
      'Issue, change or revoke a Trust Mark, or change a Trust Mark type. With it the anchor is protected, whose settings name issuers and owners.',
    implies: ['ANCHOR', 'ACCESS'],
  },
  ACCESS: {
    label: 'Access and this protection',
    description:
      'Create, invite, change or remove a user, reset a password or a second factor, create an API key of another person, shorten the audit log, or change these settings. Protected with each other operation, because one person could otherwise make a second one.',
    implies: [],
  },
}

export const operationNames = Object.keys(operations) as ProtectedOperation[] // its own keys

/** In the order of the table, with those that they imply. */
export const withImplied = (chosen: readonly ProtectedOperation[]): ProtectedOperation[] =>
  operationNames.filter(
    (name) => chosen.includes(name) || chosen.some((other) => operations[other].implies.includes(name)),
  )

/** Those that another chosen one implies. */
export const impliedBy = (chosen: readonly ProtectedOperation[]): ProtectedOperation[] =>
  operationNames.filter((name) => chosen.some((other) => operations[other].implies.includes(name)))

/** `This anchor, Access and this protection`. */
export const operationsInWords = (names: readonly ProtectedOperation[]) =>
  names.map((name) => operations[name].label).join(', ')
