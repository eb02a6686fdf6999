/** Answers the endpoints of an anchor from the files of an export, as long as they are valid. */
import type { FastifyInstance } from 'fastify'
import { decodeJwt } from 'jose'
import { type EndpointName, getEndpointPath } from '#core/endpoint.ts'
import { ENTITY_CONFIGURATION_PATH } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { STATUS_LIST_PATH } from '#core/status-list.ts'
import { isCurrent, readPublishedJwt } from '#store/published-jwt.ts'
import type { Folder } from '../files/folder.ts'
import {
  CONFIGURATION_FILE,
  collectionFiles,
  HISTORICAL_KEYS_FILE,
  isExported,
  isUnsigned,
  mediaTypeOf,
  ownLists,
  resolvedFile,
  statementFile,
  statusListFile,
  trustMarkFile,
  trustMarkListFile,
} from '../files/place.ts'
import { send, sendJwt } from '../http/answer.ts'
import { readOptional, readRequired } from '../http/parameter.ts'

type Parameters = Record<string, unknown>
type Row = { path: string; file(parameters: Parameters): string | null }

const rows: readonly Row[] = [
  { path: ENTITY_CONFIGURATION_PATH, file: () => CONFIGURATION_FILE },
  row('fetch', (given) => statementFile(readRequired(given, 'sub'))),
  row('resolve', fileOfResolved),
  row('trust_mark', (given) =>
    trustMarkFile(readRequired(given, 'trust_mark_type'), readRequired(given, 'sub')),
  ),
  row('list', fileOfList),
  row('trust_mark_list', (given) => trustMarkListFile(readRequired(given, 'trust_mark_type'))),
  { path: `${STATUS_LIST_PATH}/:number`, file: (given) => statusListFile(readRequired(given, 'number')) },
  row('collection', fileOfCollection),
  row('historical_keys', () => HISTORICAL_KEYS_FILE),
]

function row(name: EndpointName, file: Row['file']): Row {
  return { path: getEndpointPath(name), file }
}

/** Null: the mirror has no response for these parameters. It is under the anchor alone, which its issuer is. */
function fileOfResolved(given: Parameters): string | null {
  const file = resolvedFile(readRequired(given, 'sub'))
  readRequired(given, 'trust_anchor')
  return Object.keys(given).length > 2 ? null : file
}

/** Null: the mirror has no list for these parameters. */
function fileOfList(given: Parameters): string | null {
  const names = Object.keys(given)
  if (names.length === 0) return ownLists.all
  if (names.length > 1) return null
  if (readOptional(given, 'intermediate') === 'true') return ownLists.intermediates
  const type = readOptional(given, 'entity_type')
  return type === undefined ? null : ownLists.ofType(type)
}

/** Null: the mirror has no page for these parameters. */
function fileOfCollection(given: Parameters): string | null {
  const [name, ...others] = Object.keys(given)
  if (name === undefined) return collectionFiles.first
  if (others.length > 0) return null
  const type = readOptional(given, 'entity_type')
  if (type !== undefined) return collectionFiles.ofType(type)
  const cursor = readOptional(given, 'from')
  return cursor === undefined ? null : collectionFiles.from(cursor)
}

const createMissingError = () => new FederationError('not_found', 'This mirror has no file for this request.')

type FileOptions = {
  /** What is sent of a file. Throws for one that must not be sent. */
  accept?: (file: string, body: Buffer) => Promise<Buffer>
  /** Unix seconds. */
  now?: () => number
}

export function fileRoutes(
  app: FastifyInstance,
  folder: Pick<Folder, 'read'>,
  { accept, now: clock = () => Math.floor(Date.now() / 1000) }: FileOptions = {},
): void {
  for (const { path, file } of rows) {
    app.get<{ Querystring: Parameters; Params: Parameters }>(path, async (request, reply) => {
      const name = file({ ...request.query, ...request.params })
      const there = name === null || !isExported(name) ? null : folder.read(name)
      if (name === null || !there) throw createMissingError()
      const body = accept ? await accept(name, there) : there
      const type = mediaTypeOf(name)
      if (isUnsigned(name)) return send(reply, body, type)
      const claims = decodeJwt(body.toString())
      const { trust_anchor: anchor = claims.iss } = request.query
      if (anchor !== claims.iss) throw createMissingError()
      const jwt = readPublishedJwt(body.toString(), claims)
      const now = clock()
      if (isCurrent(jwt, now)) return sendJwt(request, reply, { jwt, now, type })
      throw new FederationError(
        'temporarily_unavailable',
        'What this mirror has is over, and it gets nothing newer.',
      )
    })
  }
}
