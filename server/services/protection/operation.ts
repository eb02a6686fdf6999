/** The operations that two people may have to agree on: one row each, with the changes that it covers. */
import { isJsonEqual } from '#core/json.ts'
import type { Protection } from '#prisma/generated/client/client.ts'
import type { AuditAction } from '#server/services/audit/action.ts'

/** A change as the audit log records it. */
export type Changed = {
  action: AuditAction
  /** Natural key of the object. */
  resource: string
  before?: object | undefined
  after?: object | undefined
  /** What was protected before the change; absent: the change does not change that. */
  protection?: ProtectionSettings
}

/** What the settings of the protection say beyond the names of operations. */
export type Extent = {
  /** Members with a Trust Mark of one of these types are protected; empty: all members. */
  trustMarkTypes: readonly string[]
  /** Whether an entity has such a mark. */
  hasMark(entityId: string): Promise<boolean>
}

type Covers = (change: Changed, extent: Extent) => boolean | Promise<boolean>
type Row = { description: string; covers: Partial<Record<AuditAction, Covers>> }

const always: Covers = () => true

/** The members of a row of the audit log, of which any may have changed. */
const differ =
  (...names: readonly string[]): Covers =>
  ({ before, after }) => {
    const [old, current] = [membersOf(before), membersOf(after)]
    return names.some((name) => !isJsonEqual(plain(old[name]), plain(current[name])))
  }

/** The start of a run on many subordinates, by what it does to each. */
const startOf =
  (...actions: readonly string[]) =>
  (change: Changed): boolean => {
    const { action, dryRun } = parametersOf(change)
    return dryRun !== true && actions.includes(String(action))
  }

const startsUpdateOf =
  (...names: readonly string[]): Covers =>
  (change) =>
    startOf('UPDATE')(change) &&
    names.some((name) => Object.hasOwn(membersOf(parametersOf(change).changes), name))

const unlessDryRun: Covers = (change) => parametersOf(change).dryRun !== true

const ofProtectedMember: Covers = ({ resource }, { trustMarkTypes, hasMark }) =>
  trustMarkTypes.length === 0 || hasMark(resource)

/** Otherwise its member could be removed after the mark. */
const isProtectedMark: Covers = ({ resource }, { trustMarkTypes }) =>
  trustMarkTypes.some((type) => resource.startsWith(`${type} `))

const policyOfMember = ['metadataPolicy', 'constraints', 'forcedMetadata', 'additionalClaims']

export const protectedOperations = {
  SIGNING_KEYS: {
    description: 'Switch, retire or revoke a signing key, or schedule its rollover.',
    covers: { switchSigningKey: always, retireKey: always, revokeKey: always, scheduleRollover: always },
  },
  POLICY: {
    description:
      'Change the metadata policy or the constraints of a Trust Anchor, or what a statement says beyond them about one member.',
    covers: {
      updateFederationPolicy: always,
      updateTrustAnchor: differ('constraints', 'metadataPolicy'),
      importSetting: differ('constraints', 'metadataPolicy'),
      updateSubordinate: differ(...policyOfMember),
      startSubordinateChange: startsUpdateOf(...policyOfMember),
    },
  },
  SETTINGS: {
    description: 'Change any setting of a Trust Anchor.',
    covers: { updateTrustAnchor: always, importSetting: always, makeIntermediate: always },
  },
  TRUST_ANCHORS: {
    description: 'Create, restore, pause, resume or remove a Trust Anchor, or place it under another one.',
    covers: {
      createTrustAnchor: always,
      makeIntermediate: always,
      pauseTrustAnchor: always,
      resumeTrustAnchor: always,
      removeTrustAnchor: always,
      restore: (change) => membersOf(change.after).anchor !== undefined,
    },
  },
  SUBORDINATE_REGISTRATION: {
    description: 'Register or reactivate a member, also by the approval of a request.',
    covers: {
      registerSubordinate: always,
      makeIntermediate: always,
      reactivateSubordinate: always,
      importSubordinate: always,
      importSubordinates: unlessDryRun,
      promoteSubordinates: unlessDryRun,
      startRequestApproval: unlessDryRun,
      startSubordinateChange: startOf('REACTIVATE'),
    },
  },
  SUBORDINATE_REMOVAL: {
    description: 'Remove or deactivate a member, or one that has a Trust Mark of certain types.',
    covers: {
      removeSubordinate: ofProtectedMember,
      deactivateSubordinate: ofProtectedMember,
      revokeTrustMark: isProtectedMark,
      startRequestApproval: unlessDryRun,
      startSubordinateChange: startOf('REMOVE', 'DEACTIVATE'),
    },
  },
  SUBORDINATE_KEYS: {
    description: 'Change the recorded keys of a member.',
    covers: { updateSubordinate: differ('jwks'), startRequestApproval: unlessDryRun },
  },
  TRUST_MARKS: {
    description: 'Issue, change or revoke a Trust Mark, or change a Trust Mark type.',
    covers: {
      issueTrustMark: always,
      updateTrustMark: always,
      revokeTrustMark: always,
      importTrustMark: always,
      createTrustMarkType: always,
      updateTrustMarkType: always,
      removeTrustMarkType: always,
      importTrustMarkType: always,
      startRequestApproval: unlessDryRun,
      startSubordinateChange: startOf('ISSUE_TRUST_MARK', 'REVOKE_TRUST_MARK'),
    },
  },
  ACCESS: {
    description:
      'Create, invite, change or remove a user, reset a password or a second factor, remove entries of the audit log, or change what is protected. Always protected with any other operation, because one person could make a second one.',
    covers: {
      updateProtection: always,
      pruneAuditLog: always,
      createUser: always,
      updateUser: differ('role', 'anchorRoles', 'banned'),
      removeUser: always,
      createInvitation: always,
      resetUserPassword: always,
      resetSecondFactor: always,
    },
  },
} as const satisfies Record<string, Row>

export type ProtectedOperation = keyof typeof protectedOperations

export type ProtectionSettings = Omit<Protection, 'id' | 'operations'> & { operations: ProtectedOperation[] }

export const operationNames = Object.keys(protectedOperations) as ProtectedOperation[] // its own keys

/** Protected as soon as any operation is. */
export const ALWAYS: ProtectedOperation = 'ACCESS'

export function isProtectedOperation(name: string): name is ProtectedOperation {
  return Object.hasOwn(protectedOperations, name)
}

/** Of all operations, those that some protection may cover this action with. */
export function operationsWith(action: AuditAction): ProtectedOperation[] {
  return operationNames.filter((name) => action in protectedOperations[name].covers)
}

/** The operations that a change amounts to. */
export async function operationsOf(change: Changed, extent: Extent): Promise<ProtectedOperation[]> {
  const found: ProtectedOperation[] = []
  for (const name of operationsWith(change.action)) {
    const { covers }: Row = protectedOperations[name]
    if (await covers[change.action]?.(change, extent)) found.push(name)
  }
  return found
}

function parametersOf({ after }: Changed): Record<string, unknown> {
  return membersOf(membersOf(after).parameters)
}

function membersOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {} // an object
}

/** As in the audit log, where an absent value is null. */
function plain(value: unknown): unknown {
  return value === undefined ? null : JSON.parse(JSON.stringify(value))
}
