/** Serves counts of published data for monitoring. */
import type { FastifyInstance } from 'fastify'
import { sendJson } from '../http/answer.ts'
import { STATUS_PATH } from '../http/served-paths.ts'
import type { Deps } from './deps.ts'
import { findPublicationFault } from './readiness.ts'

export function statusRoute(app: FastifyInstance, deps: Deps) {
  const { entityId, version, keys, reader } = deps
  app.get(STATUS_PATH, async (_request, reply) => {
    const detail = await findPublicationFault(deps)
    const { collection, ...summary } = await reader.summary()
    return sendJson(reply.code(detail ? 503 : 200), {
      entity_id: entityId,
      version,
      ...(detail ? { status: 'error', detail } : { status: 'ok' }),
      keys: {
        public_keys: keys().published.keys.length,
        historical_keys_available: summary.hasHistoricalKeys,
      },
      subordinates: { direct: summary.subordinates },
      trust_marks: { types: summary.trustMarkTypes, total_issued: summary.trustMarksIssued },
      collection: {
        total_entities: collection.entities,
        openid_providers: collection.openidProviders,
        openid_relying_parties: collection.relyingParties,
        intermediates: collection.intermediates,
        last_updated: collection.lastUpdated ?? null,
      },
    })
  })
}
