/** What a plan changes, and what this anchor states before and after it. */
import { isJsonEqual } from '#core/json.ts'
import type { JwkSet } from '#core/keys.ts'
import type { TrustMarkOwner } from '#core/trust-mark/index.ts'
import type { Settings, Subordinate } from '#server/database/typed-row.ts'
import type { AnchorState } from '#server/services/collection/anchor-state.ts'
import { ownKeys } from '#server/services/effect/key-fault.ts'
import { isExamined } from '#server/services/subordinate/update.ts'

/** The columns from which a Subordinate Statement follows, and whether there is one. */
export type MemberTerms = Pick<
  Subordinate,
  | 'active'
  | 'jwks'
  | 'forcedMetadata'
  | 'metadataPolicy'
  | 'constraints'
  | 'additionalClaims'
  | 'requiredTrustMarks'
>

/** The columns that change. `jwks` null: those of its own configuration. */
export type PlannedChange = Partial<Omit<MemberTerms, 'jwks'>> & { jwks?: JwkSet | null }
/** `after` null: the member is removed. */
export type PlannedMember = { after: PlannedChange | null }

export type PlannedType = {
  /** Null: the type is removed. `owner` null: the settings say which it has. */
  after: { active?: boolean; owner?: TrustMarkOwner | null } | null
}

/** Absent parts stay as they are. All values are parsed. */
export type PlannedState = {
  settings?: Partial<Settings>
  /** By Entity Identifier: those that the plan touches. */
  members?: ReadonlyMap<string, PlannedMember>
  /** Entity Identifiers that the plan registers, of which nothing is known before they are examined. */
  newMembers?: readonly string[]
  marks?: {
    /** By Trust Mark type. */
    types?: ReadonlyMap<string, PlannedType>
    /** Marks that are revoked or removed. */
    ended?: readonly { trustMarkType: string; entityId: string }[]
    /** Removed members whose marks stay. */
    kept?: ReadonlySet<string>
  }
}

/** Settings that every Subordinate Statement follows. */
const statementSettings = [
  'metadataPolicy',
  'constraints',
  'statementHours',
  'maximumStatementHours',
] as const

/** An update that examines the entity takes the keys of its configuration, unless it names others. */
export function keysAfter(
  { jwks, entityConfiguration }: Pick<Subordinate, 'jwks' | 'entityConfiguration'>,
  after: PlannedChange,
): JwkSet {
  const { active: _active, ...fields } = after
  return after.jwks ?? (isExamined(fields) ? ownKeys(entityConfiguration) : null) ?? jwks
}

export type BothStates = { before: AnchorState; after: AnchorState }

/** Why a member has no Subordinate Statement on a side. */
export type Absence = 'INACTIVE' | 'EXPIRED' | 'DEACTIVATED' | 'REMOVED'

export type PlannedStates = ReturnType<typeof toStates>

/** `now`: statements that have expired by then are not valid before the plan; it signs again what it touches. */
export function toStates(present: Settings, { settings = {}, members = new Map() }: PlannedState, now: Date) {
  const proposed = { ...present, ...settings }
  /** Whether the plan changes every Subordinate Statement. */
  const isWide = statementSettings.some((name) => !isJsonEqual(present[name] ?? null, proposed[name] ?? null))
  const changed = new WeakMap<Subordinate, Subordinate>()

  function change(row: Subordinate): Subordinate {
    const planned: PlannedMember | undefined = members.get(row.entityId)
    if (!planned?.after) return row
    const known = changed.get(row)
    if (known) return known
    const result = { ...row, ...planned.after, jwks: keysAfter(row, planned.after) }
    changed.set(row, result)
    return result
  }

  type Life = Pick<Subordinate, 'entityId' | 'active' | 'statementExpiresAt'>
  const hasExpired = ({ statementExpiresAt }: Life) =>
    statementExpiresAt !== null && statementExpiresAt <= now
  /** Null: its statement is valid. */
  const absence = {
    before(row: Life): Absence | null {
      if (!row.active) return 'INACTIVE'
      return hasExpired(row) ? 'EXPIRED' : null
    },
    after(row: Life): Absence | null {
      const planned: PlannedMember | undefined = members.get(row.entityId)
      if (planned?.after === null) return 'REMOVED'
      if (!(planned?.after?.active ?? row.active)) return row.active ? 'DEACTIVATED' : 'INACTIVE'
      return hasExpired(row) && !isWide && !planned ? 'EXPIRED' : null
    },
  }
  const before: AnchorState = {
    settings: present,
    memberOf: (row) => (absence.before(row) ? null : row),
  }
  const after: AnchorState = {
    settings: proposed,
    memberOf: (row) => (absence.after(row) ? null : change(row)),
  }
  return { before, after, isWide, absence, members }
}
