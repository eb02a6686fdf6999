/** One change of many subordinates. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { readSettings } from '#server/database/settings.ts'
import { InvalidInputError, NotFoundError } from '#server/error/operation-error.ts'
import { organizationName } from '#server/plan/kind/organizations.ts'
import type { Source } from '#server/plan/plan.ts'
import type { Fields } from '#server/plan/section.ts'
import {
  MAXIMUM_OBJECTS,
  notFound,
  notOf,
  objectsOf,
  type SourceContext,
} from '#server/plan/source/source.ts'
import type { Finding, Wanted } from '#server/plan/wanted.ts'
import { parseTags, tagKey, withTags } from '#server/services/annotation.ts'
import { nameOf } from '#server/services/file-object/changed-object.ts'
import { findDescribed } from '#server/services/file-object/guard.ts'
import { requireOrganization } from '#server/services/organization/organization.ts'
import { field, type Input, parsePatch } from '#server/services/patch.ts'
import { statementFields } from '#server/services/subordinate/input.ts'
import { unpublishedFields } from '#server/services/subordinate/unpublished.ts'
import { parseDelegation } from '#server/services/trust-mark/delegation.ts'

/** Each sets a field, or creates or removes an object. */
export const changeActions = [
  'DEACTIVATE',
  'REACTIVATE',
  'REMOVE',
  'UPDATE',
  'ISSUE_TRUST_MARK',
  'REVOKE_TRUST_MARK',
] as const
export type ChangeAction = (typeof changeActions)[number]

/** The settings of an update of many. Tags are added and removed, so that each keeps its others. */
export const changeFields = {
  ...statementFields,
  organizationId: unpublishedFields.organizationId,
  addTags: field([], (tags: readonly string[]) => parseTags(tags, 'addTags')),
  removeTags: field([], (tags: readonly string[]) => parseTags(tags, 'removeTags')),
}
export type Changes = Input<typeof changeFields>

export type SelectionSource = {
  action: ChangeAction
  where: Prisma.SubordinateWhereInput
  /** Those that are named, to say which are unknown. */
  named?: readonly string[]
  changes?: Changes | null | undefined
  trustMarkType?: string | null | undefined
  delegation?: string | null | undefined
  /** Whether a removal revokes the Trust Marks; true by default. */
  revokesMarks?: boolean | null | undefined
}

/** Of any action, also of one that sets no field. */
type Given = Pick<SelectionSource, 'trustMarkType' | 'delegation' | 'revokesMarks'> & {
  action: string
  changes?: object | null | undefined
}

type Chosen = { entityId: string; tags: string[] }

/** @throws InvalidInputError, NotFoundError */
export async function fromSelection(context: SourceContext, change: SelectionSource): Promise<Source> {
  const { db } = context
  const wantedOf = await rowsOf[change.action](context, change)
  const rows = await db.subordinate.findMany({
    where: change.where,
    select: { entityId: true, tags: true },
    orderBy: { entityId: 'asc' },
    take: MAXIMUM_OBJECTS + 1,
  })
  if (rows.length > MAXIMUM_OBJECTS)
    throw new InvalidInputError(`At most ${MAXIMUM_OBJECTS} subordinates change at once.`, 'subordinates')
  const { wanted, keys = [], how = {}, left = [] } = await wantedOf(rows)
  return {
    anchor: context.slug,
    objects: objectsOf(wanted),
    removed: [{ section: 'members', keys, fields: how }],
    warnings: [...notFound(change.named, rows), ...left],
    isIndependent: true,
  }
}

/** `keys`: of the members that are removed, `how`: with what. `left`: those that are not. */
type Found = { wanted: Wanted[]; keys?: string[]; how?: Fields; left?: Finding[] }
type ForRows = (rows: readonly Chosen[]) => Found | Promise<Found>

const setActive = (active: boolean) => (): ForRows => (rows) => ({
  wanted: rows.map(({ entityId }) => ({ section: 'members', key: entityId, wanted: { active } })),
})

/** Parses the change, and then makes of each member what is wanted. */
const rowsOf: Readonly<
  Record<ChangeAction, (context: SourceContext, change: SelectionSource) => ForRows | Promise<ForRows>>
> = {
  DEACTIVATE: setActive(false),
  REACTIVATE: setActive(true),

  REMOVE:
    ({ db }, { where, revokesMarks }) =>
    async (rows) => {
      const section = 'members'
      const sentences = await findDescribed(
        db,
        rows.map(({ entityId: key }) => ({ section, key, resource: key, isRemoved: true, changed: {} })),
      )
      const sentenceOf = (key: string) => sentences.get(nameOf({ section, key }))
      const all = rows.map(({ entityId }) => entityId)
      const left = all.flatMap((key) => {
        const sentence = sentenceOf(key)
        return sentence === undefined ? [] : [notOf(key, sentence)]
      })
      const kept = new Set(left.map(({ object: { key } }) => key))
      const marks = (revokesMarks ?? true) ? await marksOf(db, { subordinate: where }) : []
      return {
        wanted: marks.filter(({ wanted: { entityId } }) => !kept.has(String(entityId))),
        keys: all.filter((key) => !kept.has(key)),
        how: revokesMarks === false ? { revokesMarks } : {},
        left,
      }
    },

  async UPDATE(context, { changes }) {
    const { tags, fields } = await parseChanges(context, changes ?? {})
    return (rows) => ({
      wanted: rows.map((row) => {
        const others = tags.add.length + tags.remove.length > 0 ? { tags: withTags(row.tags, tags) } : {}
        return { section: 'members', key: row.entityId, wanted: { ...fields, ...others } }
      }),
    })
  },

  async ISSUE_TRUST_MARK(context, { trustMarkType, delegation = null }) {
    const { type } = await findIssuable(context, trustMarkType, delegation)
    const terms = delegation === null ? {} : { delegation }
    return (rows) => ({
      wanted: rows.map(({ entityId }) => ({
        section: 'trustMarks',
        key: `${type} ${entityId}`,
        isNew: true,
        wanted: { entityId, trustMarkType: type, ...terms },
      })),
    })
  },

  async REVOKE_TRUST_MARK({ db }, { where, trustMarkType }) {
    const { id: trustMarkTypeId } = await findType(db, trustMarkType)
    return async () => ({ wanted: await marksOf(db, { trustMarkTypeId, subordinate: where }) })
  },
}

/** Those that have not been revoked are to be. */
async function marksOf(db: Database, where: Prisma.TrustMarkWhereInput): Promise<Wanted[]> {
  const marks = await db.trustMark.findMany({
    where: { ...where, active: true },
    select: { entityId: true, trustMarkType: { select: { type: true } } },
  })
  return marks.map(({ entityId, trustMarkType: { type: trustMarkType } }) => ({
    section: 'trustMarks',
    key: `${trustMarkType} ${entityId}`,
    wanted: { entityId, trustMarkType, active: false },
  }))
}

type Parsed = { tags: { add: string[]; remove: string[] }; fields: Fields }

/** @throws InvalidInputError */
export async function parseChanges({ db }: Pick<SourceContext, 'db'>, changes: Changes): Promise<Parsed> {
  const given: Changes = Object.fromEntries(
    Object.entries(changes).filter(([, value]) => value !== undefined),
  )
  if (Object.keys(given).length === 0)
    throw new InvalidInputError('UPDATE needs at least one setting to change.', 'changes')
  try {
    const parsed = parsePatch(changeFields, given, await readSettings(db))
    const { addTags: add = [], removeTags: remove = [], organizationId, ...fields } = parsed
    const removed = new Set(remove.map(tagKey))
    const both = add.find((tag) => removed.has(tagKey(tag)))
    if (both !== undefined)
      throw new InvalidInputError(`The tag "${both}" cannot be added and removed at once.`, 'removeTags')
    await requireOrganization(db, organizationId)
    const organization =
      organizationId === undefined ? {} : { organization: await organizationName(db, organizationId) }
    return { tags: { add, remove }, fields: { ...fields, ...organization } }
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    throw new InvalidInputError(error.message, 'changes', ...(error.path ?? []))
  }
}

/** @throws NotFoundError, InvalidInputError */
async function findIssuable(
  { signingKeys, ...context }: SourceContext,
  trustMarkType: string | null | undefined,
  delegation: string | null,
) {
  const row = await findType(context.db, trustMarkType)
  if (!row.active)
    throw new InvalidInputError(`The Trust Mark type ${row.type} is not active.`, 'trustMarkType')
  if (signingKeys) await parseDelegation({ ...context, signingKeys }, row, delegation)
  return row
}

/** @throws NotFoundError */
async function findType(db: Database, trustMarkType: string | null | undefined) {
  const type = await db.trustMarkType.findUnique({ where: { type: trustMarkType ?? '' } })
  if (type) return type
  throw new NotFoundError(`There is no Trust Mark type ${trustMarkType}.`, 'trustMarkType')
}

/** @throws InvalidInputError */
export function requireFitting({ action, changes, trustMarkType, delegation, revokesMarks }: Given): void {
  if (action !== 'UPDATE' && changes) throw new InvalidInputError('Only UPDATE takes changes.', 'changes')
  if (action !== 'REMOVE' && revokesMarks != null)
    throw new InvalidInputError('Only REMOVE takes revokeTrustMarks.', 'revokeTrustMarks')
  const takesType = action.endsWith('TRUST_MARK')
  if (!takesType && trustMarkType)
    throw new InvalidInputError(`${action} takes no Trust Mark type.`, 'trustMarkType')
  if (takesType && !trustMarkType)
    throw new InvalidInputError(`${action} needs a Trust Mark type.`, 'trustMarkType')
  if (action !== 'ISSUE_TRUST_MARK' && delegation)
    throw new InvalidInputError('Only ISSUE_TRUST_MARK takes a delegation.', 'delegation')
}
