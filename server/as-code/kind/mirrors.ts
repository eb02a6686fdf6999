/** Mirrors that are announced to the anchor. */
import type { Fields } from '#server/as-code/document.ts'
import { requirePlainUrl } from '#server/as-code/kind/plain-url.ts'
import type { KindRow, StoredObject } from '#server/as-code/kind/row.ts'
import { type MirrorInput, parseMirror } from '#server/services/mirror/mirrors.ts'

export const mirrors: KindRow = {
  noun: 'mirror',
  keys: ['url'],
  mutations: { CREATE: ['announceMirror'], REMOVE: ['removeMirror'] },
  defaults: { description: null },
  async *read(db) {
    const rows = await db.mirror.findMany({ orderBy: { url: 'asc' } })
    yield rows.map(
      ({ id, url, description }): StoredObject => ({ id, key: url, fields: { url, description } }),
    )
  },
  parse({ url: given, description }, context) {
    const url = String(given)
    const parsed = parseMirror(
      { url, description: typeof description === 'string' ? description : null },
      context,
    )
    requirePlainUrl(url, parsed.url)
    return description === undefined ? { url } : parsed
  },
  create: ({ services }, caller, fields) => services.mirrors.announce(caller, described(fields)),
  remove: ({ services }, caller, { id }) => services.mirrors.remove(caller, id),
  obstacle: ({ fields: stored }, { description = stored.description }) =>
    description === stored.description
      ? null
      : 'The description of a mirror cannot change. Remove the mirror in the console, and announce it again.',
}

const described = (fields: Fields) => fields as MirrorInput // as it was parsed
