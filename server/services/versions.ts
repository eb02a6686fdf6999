/** Restores an earlier version of settings, policy or a subordinate from the audit log, as a new ordinary change. */
import { isJsonObject } from '#core/json.ts'
import { type Difference, findDifferences } from '#core/json-difference.ts'
import type { AuditEvent, Subordinate } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { readSettings } from '#server/database/settings.ts'
import type { Settings } from '#server/database/typed-row.ts'
import { InvalidInputError, NotFoundError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import { subordinateFields } from '#server/services/subordinate/input.ts'
import type { SubordinateService } from '#server/services/subordinate/subordinates.ts'
import { settingFields } from '#server/services/trust-anchor/input.ts'
import type { TrustAnchorService } from '#server/services/trust-anchor/trust-anchor.ts'

/** The state before the change that an entry records, or after it. */
export const versionSides = ['BEFORE', 'AFTER'] as const
export type VersionSide = (typeof versionSides)[number]

export type Restoration = {
  /** The version of the present row, for the detection of concurrent changes. */
  version: number
  /** From the present to the restored version; none: they are the same. */
  differences: Difference[]
}

type State = Readonly<Record<string, unknown>>
type Plan = Restoration & { restore(caller: Caller, version: number): Promise<Subordinate | Settings> }
type Entry = Pick<
  AuditEvent,
  'id' | 'at' | 'action' | 'resourceType' | 'resource' | 'outcome' | 'before' | 'after'
>
export type Restored = { subordinate: Subordinate | null; trustAnchor: Settings | null }

const settingNames = Object.keys(settingFields).filter((name) => name !== 'metadataPolicy')
/** Keys and metadata that follow the entity are not restored: the entity itself publishes them. */
const { metadata: _, jwks: _keys, ...restoredFields } = subordinateFields
const subordinateNames = Object.keys(restoredFields)
const anchorActions = ['updateTrustAnchor', 'updateFederationPolicy']

/** Whether an entry has a version that can be restored. */
export function isRestorable({
  action,
  resourceType,
  outcome,
}: Pick<Entry, 'action' | 'resourceType' | 'outcome'>) {
  if (outcome !== 'SUCCEEDED') return false
  return resourceType === 'Subordinate' || anchorActions.includes(action)
}

/** Whether the restoration changes settings, which takes the right to administer. */
export const isOfAnchor = ({ action }: Pick<Entry, 'action'>) => anchorActions.includes(action)

type Deps = { db: Database; subordinates: SubordinateService; trustAnchor: TrustAnchorService }

export function createVersionService({ db, subordinates, trustAnchor }: Deps) {
  async function planOfAnchor({ action }: Entry, state: State): Promise<Plan> {
    const isPolicy = action === 'updateFederationPolicy'
    const present = await readSettings(db)
    const { differences, input } = compare(present, state, isPolicy ? ['metadataPolicy'] : settingNames)
    const restore = isPolicy ? trustAnchor.updatePolicy : trustAnchor.update
    if (Array.isArray(input.trustMarks))
      input.trustMarks = input.trustMarks.map(({ trust_mark }) => trust_mark)
    return {
      version: present.version,
      differences,
      restore: (caller, version) => restore(caller, { ...input, version }),
    }
  }

  async function planOfSubordinate({ resource: entityId }: Entry, state: State): Promise<Plan | null> {
    const present = await db.subordinate.findUnique({ where: { entityId } })
    if (!present) return null
    const { differences, input } = compare(present, state, subordinateNames)
    const metadata = compareMetadata(present, state)
    const { id, version } = present
    return {
      version,
      differences: [...differences, ...metadata.differences],
      restore: (caller, version) => subordinates.update(caller, { ...input, ...metadata.input, id, version }),
    }
  }

  async function plan(entry: Entry, side: VersionSide): Promise<Plan | null> {
    const state = side === 'BEFORE' ? entry.before : entry.after
    if (!isRestorable(entry) || !isJsonObject(state)) return null
    return isOfAnchor(entry) ? planOfAnchor(entry, state) : planOfSubordinate(entry, state)
  }

  return {
    /** What a restoration would change; null: there is no such version, or its subordinate was removed. */
    preview: (entry: Entry, side: VersionSide): Promise<Restoration | null> => plan(entry, side),

    /** @throws NotFoundError, InvalidInputError, ConflictError, EntityRejectedError */
    async restore(
      caller: Caller,
      entryId: number,
      side: VersionSide,
      { version, reason }: { version?: number | null | undefined; reason?: string | undefined },
    ): Promise<Restored> {
      const entry = await db.auditEvent.findUnique({ where: { id: entryId } })
      if (!entry) throw new NotFoundError('There is no such audit entry.', 'auditEventId')
      const found = await plan(entry, side)
      if (!found) {
        const message = 'This entry has no version to restore, or its object was removed.'
        throw new InvalidInputError(message, 'auditEventId')
      }
      if (found.differences.length === 0)
        throw new InvalidInputError('The present version is the same. Nothing to restore.', 'auditEventId')
      const origin = `Restored as ${side === 'BEFORE' ? 'before' : 'after'} audit entry ${entry.id} of ${entry.at.toISOString()}.`
      const why = reason ? `${origin} ${reason}` : origin
      const row = await found.restore({ ...caller, reason: why }, version ?? found.version)
      return 'entityId' in row
        ? { subordinate: row, trustAnchor: null }
        : { subordinate: null, trustAnchor: row }
    },
  }
}

/** The fields of the state that differ from the present row. A state of an earlier release may lack some. */
function compare(present: State, state: State, names: readonly string[]) {
  const differences: Difference[] = []
  const input: Record<string, unknown> = {}
  for (const name of names.filter((each) => Object.hasOwn(state, each))) {
    const found = findDifferences(present[name], state[name], {
      path: [name],
      isExpanded: isJsonObject(state[name]),
    })
    if (found.length > 0) input[name] = state[name]
    differences.push(...found)
  }
  return { differences, input }
}

/** Recorded metadata is restored; declared metadata becomes that of the entity's present configuration. */
function compareMetadata(present: Subordinate, state: State) {
  const isDeclared = state.metadataFollowsEntity !== false
  if (isDeclared && present.metadataFollowsEntity) return { differences: [], input: {} }
  const { differences } = compare(present, state, ['metadata', 'metadataFollowsEntity'])
  if (differences.length === 0) return { differences, input: {} }
  return { differences, input: { metadata: isDeclared ? null : state.metadata } }
}
