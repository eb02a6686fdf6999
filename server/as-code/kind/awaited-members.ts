/** Entities that are examined each hour until they can be registered. */
import type { KindRow, StoredObject } from '#server/as-code/kind/row.ts'
import { whereAwaited } from '#server/services/subordinate/awaited-entities.ts'

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
