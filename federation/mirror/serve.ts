/** Serves the files of a mirror: the endpoints of the anchor, and the files as they are for other mirrors. */
import type { FastifyInstance } from 'fastify'
import { FederationError } from '#core/errors.ts'
import type { Folder } from '../files/folder.ts'
import { CONFIGURATION_FILE, isExported, isProof, RAW_PATH } from '../files/place.ts'
import { send } from '../http/answer.ts'
import { buildBareApp, type ServerOptions } from '../http/bare-app.ts'
import { fileRoutes } from '../routes/files.ts'

/** Does not listen. */
export function buildMirrorApp(folder: Folder, options: ServerOptions = {}): FastifyInstance {
  const app = buildBareApp(options)
  app.addHook('onRequest', async ({ url }) => {
    if (folder.has(CONFIGURATION_FILE) || url.startsWith(RAW_PATH)) return
    throw new FederationError(
      'temporarily_unavailable',
      'This mirror has no files at the moment. Try again later.',
    )
  })
  fileRoutes(app, folder)
  app.get<{ Params: { '*': string } }>(`${RAW_PATH}/*`, (request, reply) => {
    const path = request.params['*']
    const body = isExported(path) || isProof(path) ? folder.read(path) : null
    if (!body) throw new FederationError('not_found', 'This mirror has no such file.')
    return send(reply, body, 'application/octet-stream')
  })
  return app
}
