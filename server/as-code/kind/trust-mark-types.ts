/** Trust Mark types that the anchor issues (§7). */
import type { Fields } from '#server/as-code/document.ts'
import type { KindRow, StoredObject } from '#server/as-code/kind/row.ts'
import { defaultsOf, parsePatch, pickFields } from '#server/services/patch.ts'
import {
  type TrustMarkTypeFields,
  trustMarkTypeFields,
} from '#server/services/trust-mark/trust-mark-types.ts'

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
