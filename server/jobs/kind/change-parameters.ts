/** Parses the parameters of a bulk change, when its run starts. */
import type { Prisma, Run } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { readSettings } from '#server/database/settings.ts'
import { InvalidInputError, NotFoundError } from '#server/error/operation-error.ts'
import { type RunItemInput, type RunOptions, requireName, requireSize } from '#server/jobs/kind/row.ts'
import { parseTags, tagKey } from '#server/services/annotation.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { requireOrganization } from '#server/services/organization/organization.ts'
import { field, type Input, type Patch, parsePatch } from '#server/services/patch.ts'
import { parseReason } from '#server/services/reason.ts'
import { statementFields } from '#server/services/subordinate/input.ts'
import { unpublishedFields } from '#server/services/subordinate/unpublished.ts'
import { parseDelegation } from '#server/services/trust-mark/delegation.ts'

export const subordinateActions = [
  'RENEW',
  'DEACTIVATE',
  'REACTIVATE',
  'REMOVE',
  'UPDATE',
  'ISSUE_TRUST_MARK',
  'REVOKE_TRUST_MARK',
] as const
export type SubordinateAction = (typeof subordinateActions)[number]

/** The settings of an update of many. Tags are added and removed, so that each keeps its others. */
export const changeFields = {
  ...statementFields,
  organizationId: unpublishedFields.organizationId,
  addTags: field([], (tags: readonly string[]) => parseTags(tags, 'addTags')),
  removeTags: field([], (tags: readonly string[]) => parseTags(tags, 'removeTags')),
}

export type Changes = Input<typeof changeFields>

export type ChangeParameters = {
  action: SubordinateAction
  dryRun: boolean
  /** How many subordinates were named or matched at the start. */
  count: number
  reason?: string
  changes?: Changes
  trustMarkType?: string
  delegation?: string
  /** For a removal only. */
  revokesMarks?: boolean
  /** The filter as the caller gave it, for the audit log. */
  filter?: object
  /** The same as a condition of the database. */
  where?: Prisma.SubordinateWhereInput
}

type GivenChange = {
  action: SubordinateAction
  dryRun?: boolean | null | undefined
  reason?: string | null | undefined
  changes?: Changes | null | undefined
  trustMarkType?: string | null | undefined
  delegation?: string | null | undefined
  /** Whether a removal revokes the Trust Marks; true by default. */
  revokesMarks?: boolean | null | undefined
}

/** Without signing keys, as on the command line, each item checks the delegation for itself. */
type Deps = Pick<ServiceContext, 'db' | 'entityId' | 'allowHttp' | 'now'> &
  Partial<Pick<ServiceContext, 'signingKeys'>>

const markActions: readonly SubordinateAction[] = ['ISSUE_TRUST_MARK', 'REVOKE_TRUST_MARK']

/** @throws InvalidInputError, NotFoundError */
export async function changeOptions(deps: Deps, given: GivenChange, subjects: Subjects): Promise<RunOptions> {
  const reason = parseReason(given.reason)
  const parsed = {
    action: given.action,
    dryRun: given.dryRun ?? false,
    ...(reason ? { reason } : {}),
    ...(await parseChanges(deps, given)),
    ...(await parseTrustMark(deps, given)),
    ...parseRemoval(given),
  }
  const { items, ...chosen } = await chooseSubordinates(deps.db, subjects)
  const parameters: ChangeParameters = { ...parsed, ...chosen }
  // As plain JSON, in which a time of the condition is a string; the database client takes it too.
  return { parameters: JSON.parse(JSON.stringify(parameters)), ...(items ? { items } : {}) }
}

async function parseChanges({ db }: Deps, { action, changes }: GivenChange): Promise<{ changes?: Changes }> {
  if (action !== 'UPDATE') {
    if (changes) throw new InvalidInputError('Only UPDATE takes changes.', 'changes')
    return {}
  }
  const given: Changes = Object.fromEntries(
    Object.entries(changes ?? {}).filter(([, value]) => value !== undefined),
  )
  if (Object.keys(given).length === 0)
    throw new InvalidInputError('UPDATE needs at least one setting to change.', 'changes')
  const settings = await readSettings(db)
  try {
    const parsed = parsePatch(changeFields, given, settings)
    refuseContradiction(parsed)
    await requireOrganization(db, parsed.organizationId)
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    throw new InvalidInputError(error.message, 'changes', ...(error.path ?? []))
  }
  return { changes: given }
}

function parseRemoval({ action, revokesMarks }: GivenChange): Pick<ChangeParameters, 'revokesMarks'> {
  if (action === 'REMOVE') return { revokesMarks: revokesMarks ?? true }
  if (revokesMarks != null)
    throw new InvalidInputError('Only REMOVE takes revokeTrustMarks.', 'revokeTrustMarks')
  return {}
}

function refuseContradiction({ addTags = [], removeTags = [] }: Patch<typeof changeFields>): void {
  const removed = new Set(removeTags.map(tagKey))
  const both = addTags.find((tag) => removed.has(tagKey(tag)))
  if (both !== undefined)
    throw new InvalidInputError(`The tag "${both}" cannot be added and removed at once.`, 'removeTags')
}

async function parseTrustMark(deps: Deps, { action, trustMarkType, delegation }: GivenChange) {
  if (!markActions.includes(action)) {
    if (trustMarkType) throw new InvalidInputError(`${action} takes no Trust Mark type.`, 'trustMarkType')
    return {}
  }
  if (!trustMarkType) throw new InvalidInputError(`${action} needs a Trust Mark type.`, 'trustMarkType')
  const type = await deps.db.trustMarkType.findUnique({ where: { type: trustMarkType } })
  if (!type) throw new NotFoundError(`There is no Trust Mark type ${trustMarkType}.`, 'trustMarkType')
  if (action === 'REVOKE_TRUST_MARK') return { trustMarkType }
  if (!type.active)
    throw new InvalidInputError(`The Trust Mark type ${trustMarkType} is not active.`, 'trustMarkType')
  const { signingKeys } = deps
  if (signingKeys) await parseDelegation({ ...deps, signingKeys }, type, delegation ?? null)
  return { trustMarkType, ...(delegation ? { delegation } : {}) }
}

/** The subordinates of a bulk change: those that a caller names, or all that match a condition. */
export type Subjects =
  /** Ids of the API with their keys; null: not the id of a subordinate. */
  | { ids: readonly { id: string; key: number | null }[] }
  | { entityIds: readonly string[] }
  | { filter: object; where: Prisma.SubordinateWhereInput }

type Chosen = {
  count: number
  items?: readonly RunItemInput[]
  filter?: object
  where?: Prisma.SubordinateWhereInput
}

const PAGE = 10_000

/** @throws InvalidInputError */
async function chooseSubordinates(db: Database, subjects: Subjects): Promise<Chosen> {
  if ('where' in subjects)
    return { count: await db.subordinate.count({ where: subjects.where }), ...subjects }
  const items =
    'ids' in subjects ? await itemsByKey(db, subjects.ids) : await itemsByName(db, subjects.entityIds)
  return { count: items.length, items }
}

/** An id of no subordinate, such as of a removed one, becomes an item that fails. */
async function itemsByKey(db: Database, ids: readonly { id: string; key: number | null }[]) {
  requireSize(ids, 'subordinates', 'ids')
  const keys = ids.flatMap(({ key }) => key ?? [])
  const rows = await db.subordinate.findMany({
    where: { id: { in: keys } },
    select: { id: true, entityId: true },
  })
  const found = new Map(rows.map(({ id, entityId }) => [id, entityId]))
  const items = new Map<string, RunItemInput>()
  for (const { id, key } of ids) {
    const resource = found.get(key ?? 0)
    if (resource === undefined) items.set(id, { resource: requireName(id, 'subordinates', 'ids') })
    else items.set(resource, { resource, key: String(key) })
  }
  return [...items.values()]
}

/** The same for names that are not registered. */
async function itemsByName(db: Database, entityIds: readonly string[]): Promise<RunItemInput[]> {
  const given = entityIds
    .map((name) => requireName(name.trim(), 'subordinates', 'entityIds'))
    .filter((name) => name !== '')
  const names = [...new Set(given)]
  requireSize(names, 'subordinates', 'entityIds')
  const rows = await db.subordinate.findMany({
    where: { entityId: { in: names } },
    select: { id: true, entityId: true },
  })
  const found = new Map(rows.map(({ id, entityId }) => [entityId, String(id)]))
  return names.map((resource) => ({ resource, key: found.get(resource) ?? '' }))
}

/** Adds an item for each subordinate that matches the condition. */
export async function addMatching(
  tx: Transaction,
  { id: runId }: Run,
  where: Prisma.SubordinateWhereInput,
): Promise<void> {
  for (let last = 0; ; ) {
    const page = await tx.subordinate.findMany({
      where: { AND: [where, { id: { gt: last } }] },
      orderBy: { id: 'asc' },
      select: { id: true },
      take: PAGE,
    })
    const ids = page.map(({ id }) => id)
    if (ids.length > 0)
      await tx.$executeRaw`
        INSERT INTO "RunItem" ("runId", "key", "resource")
        SELECT ${runId}, "id"::text, "entityId" FROM "Subordinate" WHERE "id" = ANY(${ids}) ORDER BY "id"`
    last = ids.at(-1) ?? last
    if (ids.length < PAGE) return
  }
}
