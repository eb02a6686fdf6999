/** The requests that a file answers, as a client sends them and a cache keeps them. */
import { getEndpointPath } from '#core/endpoint.ts'
import { ENTITY_CONFIGURATION_PATH, type EntityId } from '#core/entity-id.ts'
import { STATUS_LIST_PATH } from '#core/status-list.ts'
import {
  CONFIGURATION_FILE,
  collectionFiles,
  folders,
  HISTORICAL_KEYS_FILE,
  ownLists,
  RAW_PATH,
  readPath,
} from '../files/place.ts'
import { encodePath } from './source.ts'

type Request = { path: string; parameters: readonly [name: string, value: string][] }

const fixed: Readonly<Record<string, Request>> = {
  [CONFIGURATION_FILE]: { path: ENTITY_CONFIGURATION_PATH, parameters: [] },
  [HISTORICAL_KEYS_FILE]: { path: getEndpointPath('historical_keys'), parameters: [] },
  [collectionFiles.first]: { path: getEndpointPath('collection'), parameters: [] },
  [ownLists.all]: { path: getEndpointPath('list'), parameters: [] },
  [ownLists.intermediates]: { path: getEndpointPath('list'), parameters: [['intermediate', 'true']] },
}

/** Null: it is no exported file. */
function requestOf(file: string, anchor: EntityId): Request | null {
  const [, endpoint, name, value] =
    /^(list|collection)\/(entity_type|from)\/([A-Za-z0-9_-]+)\.json$/.exec(file) ?? []
  if (name && value)
    return {
      path: getEndpointPath(endpoint === 'list' ? 'list' : 'collection'),
      parameters: [[name, value]],
    }
  const about = readPath(file)
  if (!about) return fixed[file] ?? null
  if (about.folder === folders.statusList)
    return { path: `${STATUS_LIST_PATH}/${about.number}`, parameters: [] }
  const path = getEndpointPath(about.folder)
  if (about.folder === folders.trustMarkList) return { path, parameters: [['trust_mark_type', about.type]] }
  if (about.folder === folders.trustMark)
    return {
      path,
      parameters: [
        ['trust_mark_type', about.type],
        ['sub', about.sub],
      ],
    }
  if (about.folder === folders.fetch) return { path, parameters: [['sub', about.sub]] }
  return {
    path,
    parameters: [
      ['sub', about.sub],
      ['trust_anchor', anchor],
    ],
  }
}

/**
 * Paths with queries: each order of the parameters, percent-encoded and, where a URL allows it, as they are; and that of the file
 * itself. Empty: it is no exported file.
 */
export function requestsOf(file: string, anchor: EntityId): string[] {
  const request = requestOf(file, anchor)
  if (!request) return []
  const base = new URL(anchor).pathname.replace(/\/$/, '')
  const { path, parameters } = request
  const orders = parameters.length > 1 ? [parameters, parameters.toReversed()] : [parameters]
  const all = orders.flatMap((order) =>
    [encodeURIComponent, keepPlain].map((spell) => {
      const query = order.map(([name, value]) => `${name}=${spell(value)}`).join('&')
      return `${base}${path}${query && '?'}${query}`
    }),
  )
  return [...new Set([...all, `${base}${RAW_PATH}/${encodePath(file)}`])]
}

const keepPlain = (value: string) => (/^[\w.~:/-]+$/.test(value) ? value : encodeURIComponent(value))
