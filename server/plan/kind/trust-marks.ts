/** Trust Mark types and Trust Marks that the anchor issues (§7). */
import { defaultTerms } from '#core/defaults.ts'
import type { Prisma } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { type KindRow, pagesOf, type StoredObject } from '#server/plan/kind/row.ts'
import type { Fields } from '#server/plan/section.ts'
import { defaultsOf, parsePatch, pickFields } from '#server/services/patch.ts'
import {
  type TrustMarkTypeFields,
  trustMarkTypeFields,
} from '#server/services/trust-mark/trust-mark-types.ts'
import { type IssueInput, markFields } from '#server/services/trust-mark/trust-marks.ts'

/** Trust Mark types that the anchor issues (§7). */
export const trustMarkTypes: KindRow = {
  noun: 'Trust Mark type',
  keys: ['type'],
  mutations: {
    CREATE: ['createTrustMarkType'],
    CHANGE: ['updateTrustMarkType'],
    REMOVE: ['removeTrustMarkType'],
  },
  defaults: defaultsOf(trustMarkTypeFields),
  async *read(db, which) {
    const where = 'keys' in which ? { type: { in: [...which.keys] } } : {}
    const rows = await db.trustMarkType.findMany({ where, orderBy: { type: 'asc' } })
    yield rows.map((row): StoredObject => {
      const { id, type, version } = row
      return { id, key: type, version, fields: { type, ...pickFields(trustMarkTypeFields, row) } }
    })
  },
  parse({ type, ...fields }, { settings, allowHttp }) {
    const parsed = parsePatch(trustMarkTypeFields, fields as never, { ...settings, allowHttp }) // as above
    return { type, ...parsed }
  },
  create: ({ services }, caller, fields) => services.trustMarkTypes.create(caller, typed(fields)),
  change: ({ services }, caller, { id, version }, fields) =>
    services.trustMarkTypes.update(caller, { ...fields, id, version }),
  remove: ({ services }, caller, { id }) => services.trustMarkTypes.remove(caller, id),
}

const typed = (fields: Fields) => fields as TrustMarkTypeFields & { type: string } // its key

const table = markFields(defaultTerms)
const PAGE = 1_000
const REMOVED = 'It was removed from the configuration files.'

const include = { trustMarkType: { select: { type: true } } } as const
type Row = Prisma.TrustMarkGetPayload<{ include: typeof include }>

/** Trust Marks that the anchor issues (§7). */
export const trustMarks: KindRow = {
  noun: 'Trust Mark',
  keys: ['trustMarkType', 'entityId'],
  fromKey,
  mutations: {
    CREATE: ['issueTrustMark'],
    CHANGE: ['updateTrustMark', 'revokeTrustMark'],
    REMOVE: ['revokeTrustMark'],
  },
  without: ['reason'],
  // The terms are those of the type.
  defaults: { active: true, additionalClaims: null, delegation: null },
  isPaged: true,
  async *read(db, which, now) {
    if ('keys' in which) return yield* withKeys(db, which.keys, now)
    const [type = '', entityId = ''] = which.after.split(' ')
    const where = { type: { gte: type } }
    const types = await db.trustMarkType.findMany({
      where,
      orderBy: { type: 'asc' },
      select: { id: true, type: true },
    })
    for (const each of types) yield* ofType(db, each.id, { now, after: each.type === type ? entityId : '' })
  },
  parse({ entityId, trustMarkType, active, delegation, ...fields }, { settings }) {
    // Null: the terms of the type, which stay as they are.
    const terms = ['validFor', 'renewalTime', 'autorenew']
    const given = Object.entries(fields).filter(([name, value]) => value !== null || !terms.includes(name))
    const parsed = parsePatch(table, Object.fromEntries(given) as never, settings) // as the input of the mutation
    return {
      ...{ entityId, trustMarkType, ...parsed },
      ...(active === undefined ? {} : { active: active ?? true }),
      ...(delegation === undefined ? {} : { delegation }),
    }
  },
  references: ({ trustMarkType }) =>
    trustMarkType === undefined
      ? []
      : [{ section: 'trustMarkTypes', key: String(trustMarkType), field: 'trustMarkType' }],
  create: ({ services }, caller, fields) => services.trustMarks.issue(caller, fields as IssueInput), // as it was parsed
  async change({ services, reason }, caller, { id, version }, { active, ...fields }) {
    if (active === false) await services.trustMarks.revoke(caller, id, reason)
    else if (Object.keys(fields).length > 0)
      await services.trustMarks.update(caller, { ...fields, id, version })
  },
  remove: ({ services }, caller, { id }) => services.trustMarks.revoke(caller, id, REMOVED),
  obstacle({ fields: stored }, { active, delegation }) {
    if (stored.active === false && active !== false)
      return 'It was revoked. Remove it from the file, or issue it again in the console.'
    if (delegation !== undefined && delegation !== stored.delegation)
      return 'Its delegation cannot change. Revoke it, and issue it with the new delegation.'
    return null
  },
}

function toObject(row: Row, now: Date): StoredObject {
  const { id, entityId, active, version, delegation, invalidReason, expiresAt } = row
  const trustMarkType = row.trustMarkType.type
  const fields: Fields = { entityId, trustMarkType, active, ...pickFields(table, row), delegation }
  const hasEnded = !active || invalidReason !== null || expiresAt <= now
  return { id, key: `${trustMarkType} ${entityId}`, version, fields, hasEnded }
}

/** Those that have not ended, by their holders. */
async function* ofType(
  db: Database,
  trustMarkTypeId: number,
  { now, after: start }: { now: Date; after: string },
) {
  for (let after = start; ; ) {
    const rows = await db.trustMark.findMany({
      where: { trustMarkTypeId, active: true, expiresAt: { gt: now }, entityId: { gt: after } },
      include,
      orderBy: { entityId: 'asc' },
      take: PAGE,
    })
    const last = rows.at(-1)
    if (!last) return
    yield rows.map((row) => toObject(row, now))
    after = last.entityId
  }
}

async function* withKeys(db: Database, keys: readonly string[], now: Date) {
  for (const some of pagesOf(keys, PAGE)) {
    const where = { OR: some.map(named) }
    yield (await db.trustMark.findMany({ where, include })).map((row) => toObject(row, now))
  }
}

function fromKey(key: string) {
  const [trustMarkType = '', entityId = ''] = key.split(' ')
  return { trustMarkType, entityId }
}

function named(key: string) {
  const { trustMarkType: type, entityId } = fromKey(key)
  return { entityId, trustMarkType: { type } }
}
