/** Entities that are examined each hour until they can be registered. */
import type { KindRow, StoredObject } from '#server/as-code/kind/row.ts'
import { whereAwaited } from '#server/services/subordinate/awaited-entities.ts'

export const awaitedMembers: KindRow = {
  noun: 'awaited member',
  keys: ['entityId'],
  mutations: { CREATE: ['awaitEntity'], REMOVE: ['stopAwaitingEntity'] },
  defaults: {},
  async *read(db, which, now) {
    const where = { ...whereAwaited(now), ...('keys' in which ? { entityId: { in: [...which.keys] } } : {}) }
    const rows = await db.awaitedEntity.findMany({ where, orderBy: { entityId: 'asc' } })
    yield rows.map(({ id, entityId }): StoredObject => ({ id, key: entityId, fields: { entityId } }))
  },
  parse: (fields) => fields,
  create: ({ services }, caller, { entityId }) => services.awaitedEntities.await(caller, String(entityId)),
  remove: ({ services }, caller, { key }) => services.awaitedEntities.stopAwaiting(caller, key),
}
