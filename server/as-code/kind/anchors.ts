/** The anchors of the installation. What an anchor is about is in a file of its own. */
import { parseEntityId } from '#core/entity-id.ts'
import { installationOf } from '#server/as-code/kind/installation.ts'
import type { KindRow, StoredObject } from '#server/as-code/kind/row.ts'
import { InvalidInputError, parseField } from '#server/error/operation-error.ts'
import { requireSlug } from '#server/services/trust-anchor/slug.ts'
import { FIRST_ANCHOR } from '#store/anchors.ts'

export const anchors: KindRow = {
  noun: 'anchor',
  keys: ['slug'],
  mutations: { CREATE: ['createTrustAnchor'], CHANGE: ['pauseTrustAnchor', 'resumeTrustAnchor'] },
  // The first three are in the file of the anchor; the others cannot be read back.
  without: ['displayName', 'environment', 'color', 'superior', 'alg'],
  switches: { paused: 'Whether its endpoints answer 503.' },
  defaults: { paused: null },
  async *read(db) {
    const rows = await db.anchor.findMany({ orderBy: { slug: 'asc' } })
    yield rows.map(({ slug, entityId, pausedAt }): StoredObject => {
      const named = entityId === null ? {} : { entityId } // the first one's is configured
      // Null, as before the anchor existed: one that was created and not paused yet is as the plan expects it.
      const paused = pausedAt === null ? null : true
      return { id: 0, key: slug, fields: { slug, ...named, paused } }
    })
  },
  parse({ slug, entityId, paused }, { allowHttp }) {
    requireFitting(String(slug), entityId ?? null, allowHttp)
    return {
      slug,
      ...(entityId == null ? {} : { entityId }),
      ...(paused === undefined ? {} : { paused: paused === true ? true : null }),
    }
  },
  async create(context, caller, { slug, entityId, paused }) {
    const { anchors } = installationOf(context)
    await anchors.create(caller, { slug: String(slug), entityId: String(entityId) })
    if (paused === true) await anchors.pause(caller, String(slug))
  },
  change(context, caller, { key }, { paused }) {
    const { anchors } = installationOf(context)
    return paused === true ? anchors.pause(caller, key) : anchors.resume(caller, key)
  },
  obstacle: ({ fields: { entityId: stored } }, { entityId = stored }) =>
    entityId === stored
      ? null
      : `Its Entity Identifier never changes: it is ${String(stored)}. Create another anchor.`,
}

/** @throws InvalidInputError */
function requireFitting(slug: string, entityId: unknown, allowHttp: boolean): void {
  if (slug === FIRST_ANCHOR) {
    if (entityId === null) return
    throw new InvalidInputError(`TA_DOMAIN configures the identifier of ${slug}. Remove it here.`, 'entityId')
  }
  requireSlug(slug)
  if (entityId === null) throw new InvalidInputError('Enter the Entity Identifier of the anchor.', 'entityId')
  parseField('entityId', () => parseEntityId(String(entityId), { allowHttp }))
}
