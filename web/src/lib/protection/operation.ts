/** Labels of the operations that a second person may have to approve. */
import type { ProtectedOperation } from '#lib/gql/graphql.ts'

/** Protected with any other one. */
export const IMPLIED: ProtectedOperation = 'ACCESS'

export const operations: Readonly<Record<ProtectedOperation, { label: string; description: string }>> = {
  SIGNING_KEYS: {
    label: 'Signing keys',
    description: 'Switch, retire or revoke a signing key, or schedule its rollover.',
  },
  POLICY: {
    label: 'Policy and constraints',
    description:
      'Change the metadata policy or the constraints of a Trust Anchor, or what a statement says beyond them about one member.',
  },
  SETTINGS: { label: 'Settings', description: 'Change any setting of a Trust Anchor.' },
  TRUST_ANCHORS: {
    label: 'Anchors',
    description: 'Create, restore, pause, resume or remove a Trust Anchor, or place it under another one.',
  },
  SUBORDINATE_REGISTRATION: {
    label: 'Registration of members',
    description: 'Register or reactivate a member, also by the approval of a request.',
  },
  SUBORDINATE_REMOVAL: {
    label: 'Removal of members',
    description: 'Remove or deactivate a member.',
  },
  SUBORDINATE_KEYS: { label: 'Keys of members', description: 'Change the recorded keys of a member.' },
  TRUST_MARKS: {
    label: 'Trust Marks',
    description: 'Issue, change or revoke a Trust Mark, or change a Trust Mark type.',
  },
  ACCESS: {
    label: 'Users and this protection',
    description:
      'Create, invite, change or remove a user, reset a password or a second factor, remove entries of the audit log, or change these settings. Always protected with any other operation, because one person could otherwise make a second one.',
  },
}

export const operationNames = Object.keys(operations) as ProtectedOperation[] // its own keys

/** `Signing keys, Users and this protection`. */
export const operationsInWords = (names: readonly ProtectedOperation[]) =>
  names.map((name) => operations[name].label).join(', ')
