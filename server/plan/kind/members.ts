/** Members: immediate subordinates, with what the anchor states about them; and entities that are examined until they can be registered. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import type { Settings } from '#server/database/typed-row.ts'
import { NotFoundError } from '#server/error/operation-error.ts'
import { organizationWith } from '#server/plan/kind/organizations.ts'
import { type ApplyContext, type KindRow, pagesOf, type StoredObject } from '#server/plan/kind/row.ts'
import type { Fields } from '#server/plan/section.ts'
import type { Step } from '#server/plan/step.ts'
import { defaultsOf, parsePatch, pickFields } from '#server/services/patch.ts'
import { whereAwaited } from '#server/services/subordinate/awaited-entities.ts'
import { type RegisterInput, subordinateFields } from '#server/services/subordinate/input.ts'

const { organizationId: _key, ...table } = subordinateFields
/** Without keys in the file, the ones that are registered stay. */
const { jwks: _jwks, ...defaults } = defaultsOf(table)

const PAGE = 1_000

const include = { organization: { select: { name: true } } } as const
type Row = Prisma.SubordinateGetPayload<{ include: typeof include }>

/** Members: immediate subordinates, with what the anchor states about them. */
export const members: KindRow = {
  noun: 'member',
  keys: ['entityId'],
  mutations: {
    CREATE: ['registerSubordinate'],
    CHANGE: ['updateSubordinate', 'deactivateSubordinate', 'reactivateSubordinate'],
    REMOVE: ['removeSubordinate'],
  },
  without: ['revokeTrustMarks'],
  renamed: { organizationId: 'organization' },
  defaults: { ...defaults, active: true, organization: null },
  isPaged: true,
  async *read(db, which) {
    if ('keys' in which) {
      for (const some of pagesOf(which.keys, PAGE)) yield await readPage(db, { entityId: { in: some } })
      return
    }
    for (let { after } = which; ; ) {
      const page = await readPage(db, { entityId: { gt: after } })
      const last = page.at(-1)
      if (!last) return
      yield page
      after = last.key
    }
  },
  parse({ entityId, active, organization, ...fields }, { settings }) {
    const parsed = parsePatch(table, fields as never, settings) // as the input of the mutation
    // Without keys, those of the configuration count, which the registration follows.
    const { jwks, ...others } = parsed
    return {
      entityId,
      ...(jwks == null ? others : parsed),
      ...(active === undefined ? {} : { active: active ?? true }),
      ...(organization === undefined ? {} : { organization }),
    }
  },
  references: ({ organization }) =>
    typeof organization === 'string'
      ? [{ section: 'organizations', key: organization, field: 'organization' }]
      : [],
  create: async ({ db, services }, caller, fields) =>
    services.subordinates.register(caller, (await withKey(db, fields)) as RegisterInput), // as it was parsed
  async change({ db, services }, caller, { id }, { active, ...fields }) {
    // A member that is to stop being served stops first.
    if (active === false) await services.subordinates.deactivate(caller, id)
    if (Object.keys(fields).length > 0)
      await services.subordinates.update(caller, { ...(await withKey(db, fields)), id })
    if (active === true) await services.subordinates.reactivate(caller, id)
  },
  remove: ({ services }, caller, { id }, { revokesMarks }) =>
    services.subordinates.remove(caller, id, { revokesMarks: revokesMarks !== false }),
}

/** Fetches and examines the member of a step, whose organization may not exist yet. @throws OperationError if it would be refused */
export async function checkMember(
  { db, services }: Pick<ApplyContext, 'db' | 'services'>,
  { key, verb, fields: { organization: _name, active: _active, ...fields } }: Step,
  settings: Settings,
): Promise<void> {
  if (verb === 'CREATE')
    return void (await services.subordinates.checkRegistration(fields as RegisterInput, settings)) // as it was parsed
  const row = await db.subordinate.findUnique({ where: { entityId: key }, select: { id: true } })
  if (row && Object.keys(fields).length > 0)
    await services.subordinates.checkUpdate({ ...fields, id: row.id }, settings)
}

async function readPage(db: Database, where: Prisma.SubordinateWhereInput): Promise<StoredObject[]> {
  const rows = await db.subordinate.findMany({ where, include, orderBy: { entityId: 'asc' }, take: PAGE })
  return rows.map(toObject)
}

function toObject(row: Row): StoredObject {
  const { id, entityId, active, version, organization, metadataFollowsEntity } = row
  const metadata = metadataFollowsEntity ? null : row.metadata
  const fields = { ...pickFields(table, row), metadata, active, organization: organization?.name ?? null }
  return { id, key: entityId, version, fields: { entityId, ...fields } }
}

/** The service takes the key of the organization. @throws NotFoundError */
async function withKey(db: Database, { organization, ...fields }: Fields) {
  if (organization === undefined) return fields
  if (organization === null) return { ...fields, organizationId: null }
  const organizationId = await organizationWith(db, organization)
  if (organizationId === null) throw new NotFoundError(`There is no organization ${String(organization)}.`)
  return { ...fields, organizationId }
}

/** Entities that are examined each hour until they can be registered. */
export const awaitedMembers: KindRow = {
  noun: 'awaited member',
  keys: ['entityId'],
  mutations: { CREATE: ['awaitEntity'], REMOVE: ['stopAwaitingEntity'] },
  defaults: {},
  async *read(db, which, now) {
    const named = 'keys' in which ? { entityId: { in: [...which.keys] } } : {}
    const awaited = await db.awaitedEntity.findMany({
      where: { ...whereAwaited(now), ...named },
      orderBy: { entityId: 'asc' },
    })
    // Those that were registered since are no longer awaited, and nothing is left to do for them.
    const registered =
      'keys' in which
        ? await db.subordinate.findMany({ where: named, select: { id: true, entityId: true } })
        : []
    yield awaited.map(({ id, entityId }): StoredObject => ({ id, key: entityId, fields: { entityId } }))
    yield registered.map(
      ({ id, entityId: key }): StoredObject => ({ id, key, fields: { entityId: key, isRegistered: true } }),
    )
  },
  parse: (fields) => fields,
  create: ({ services }, caller, { entityId }) => services.awaitedEntities.await(caller, String(entityId)),
  async remove({ services }, caller, { key, fields }) {
    if (fields.isRegistered !== true) await services.awaitedEntities.stopAwaiting(caller, key)
  },
}
