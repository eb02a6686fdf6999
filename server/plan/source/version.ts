/** An earlier version of settings, policy or a subordinate, from the audit log. */
import { isJsonObject } from '#core/json.ts'
import type { AuditEvent } from '#prisma/generated/client/client.ts'
import { readSettings } from '#server/database/settings.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import { organizationName } from '#server/plan/kind/organizations.ts'
import { jwtsOf } from '#server/plan/kind/settings.ts'
import { comparePlan, type PlanContext, type Source } from '#server/plan/plan.ts'
import type { Fields } from '#server/plan/section.ts'
import { objectsOf, type SourceContext } from '#server/plan/source/source.ts'
import type { Step } from '#server/plan/step.ts'
import type { Wanted } from '#server/plan/wanted.ts'
import { subordinateFields } from '#server/services/subordinate/input.ts'
import { settingFields } from '#server/services/trust-anchor/input.ts'

export type Version = {
  /** The version of the present row, for the detection of concurrent changes. */
  version: number
  /** From the present to the restored version; null: they are the same. */
  step: Step | null
}

/** The state before the change that an entry records, or after it. */
export const versionSides = ['BEFORE', 'AFTER'] as const
export type VersionSide = (typeof versionSides)[number]

type Entry = Pick<AuditEvent, 'action' | 'resourceType' | 'resource' | 'outcome' | 'before' | 'after'>

const settingNames = Object.keys(settingFields).filter((name) => name !== 'metadataPolicy')
/** Keys and metadata that follow the entity are not restored: the entity itself publishes them. */
const { metadata: _metadata, jwks: _keys, organizationId: _organization, ...restored } = subordinateFields
const memberNames = Object.keys(restored)
const anchorActions = ['updateTrustAnchor', 'updateFederationPolicy']

/** Whether an entry has a version that can be restored. */
export function isRestorable({
  action,
  resourceType,
  outcome,
}: Omit<Entry, 'resource' | 'before' | 'after'>) {
  if (outcome !== 'SUCCEEDED') return false
  return resourceType === 'Subordinate' || anchorActions.includes(action)
}

/** Whether the restoration changes settings, which takes the right to administer. */
export const isOfAnchor = ({ action }: Pick<Entry, 'action'>) => anchorActions.includes(action)

/** @throws InvalidInputError */
export async function fromVersion(context: SourceContext, entry: Entry, side: VersionSide): Promise<Source> {
  const state = side === 'BEFORE' ? entry.before : entry.after
  const object = isRestorable(entry) && isJsonObject(state) ? await wantedOf(context, entry, state) : null
  if (!object)
    throw new InvalidInputError(
      'This entry has no version to restore, or its object was removed.',
      'auditEventId',
    )
  return { anchor: context.slug, objects: objectsOf([object]) }
}

async function wantedOf(context: SourceContext, entry: Entry, state: Fields): Promise<Wanted | null> {
  if (entry.action === 'updateFederationPolicy')
    return { section: 'metadataPolicy', key: '', wanted: pick(state, ['metadataPolicy']) }
  if (isOfAnchor(entry)) {
    const { trustMarks } = state
    const marks = Array.isArray(trustMarks) ? { trustMarks: jwtsOf(trustMarks) } : {}
    return { section: 'settings', key: '', wanted: { ...pick(state, settingNames), ...marks } }
  }
  const { db } = context
  if (!(await db.subordinate.findUnique({ where: { entityId: entry.resource }, select: { id: true } })))
    return null
  const { organizationId, metadata, metadataFollowsEntity } = state
  const organization =
    organizationId === undefined ? {} : { organization: await organizationName(db, organizationId) }
  // Recorded metadata is restored; declared metadata becomes that of the entity's present configuration.
  const wanted = {
    ...pick(state, memberNames),
    ...organization,
    metadata: metadataFollowsEntity === false ? metadata : null,
  }
  return { section: 'members', key: entry.resource, wanted }
}

/** A state of an earlier release may lack some. */
const pick = (state: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(names.flatMap((name) => (Object.hasOwn(state, name) ? [[name, state[name]]] : [])))

/** What a restoration changes. @throws InvalidInputError if there is no such version, or it could not be restored */
export async function compareVersion(
  context: SourceContext & PlanContext,
  entry: Entry,
  side: VersionSide,
): Promise<Version> {
  const source = await fromVersion(context, entry, side)
  const { steps, faults } = await comparePlan(context, { ...source, isOfFiles: true })
  const [fault] = faults
  if (fault) throw new InvalidInputError(fault.message, 'auditEventId')
  const { db } = context
  const { version } = isOfAnchor(entry)
    ? await readSettings(db)
    : await db.subordinate.findUniqueOrThrow({
        where: { entityId: entry.resource },
        select: { version: true },
      })
  return { version, step: steps[0] ?? null }
}
