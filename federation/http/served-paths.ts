/** Every path that an anchor serves below its identifier. An app refuses a route that is not here. */
import type { FastifyInstance } from 'fastify'
import { endpointNames, getEndpointPath } from '#core/endpoint.ts'
import { ENTITY_CONFIGURATION_PATH } from '#core/entity-id.ts'
import { STATUS_LIST_PATH } from '#core/status-list.ts'

export const INDEX_PATH = '/'
export const READINESS_PATH = '/health'
export const LIVENESS_PATH = '/health/live'
export const STATUS_PATH = '/status'
/** A status list, by its number. */
export const STATUS_LIST_ROUTE = `${STATUS_LIST_PATH}/:number`
/** On another port, unless a proxy joins them. */
export const METRICS_PATH = '/metrics'

const fixed = [
  INDEX_PATH,
  READINESS_PATH,
  LIVENESS_PATH,
  STATUS_PATH,
  METRICS_PATH,
  STATUS_LIST_PATH,
  ENTITY_CONFIGURATION_PATH,
]

export const servedPaths: readonly string[] = [...fixed, ...endpointNames.map(getEndpointPath)]

/** The route of a path: the path itself, unless a part of it is a parameter. */
export function routeOf(path: string): string {
  const [, first, parameter, ...further] = path.split('/')
  return `/${first}` === STATUS_LIST_PATH && parameter && further.length === 0 ? STATUS_LIST_ROUTE : path
}

/** Identifiers of anchors leave these paths free (anchors/place.ts). @throws TypeError for a route that they could take */
export function holdToServedPaths(app: FastifyInstance): void {
  app.addHook('onRoute', ({ url, method }) => {
    if (method === 'OPTIONS' || [...servedPaths, STATUS_LIST_ROUTE].includes(url)) return // CORS answers any URL
    throw new TypeError(`The route ${url} is missing in federation/http/served-paths.ts.`)
  })
}
