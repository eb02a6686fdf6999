/** `/api/v1/server`: republishes the Entity Configuration and the historical keys (§8.7, §9). */
import { decodeJwt } from 'jose'
import { z } from 'zod'
import type { Anchor } from '#server/anchors/anchor.ts'
import { UnavailableError } from '#server/error/operation-error.ts'
import { anchorOf, callerOfRequest } from '#server/rest/access.ts'
import type { RestApp } from '#server/rest/deps.ts'
import { failures, Message } from '#server/rest/error.ts'

const tags = ['Server']

/** The documents and their Redis keys. */
const publishedUnder = {
  'entity-configuration': 'entityConfiguration',
  'historical-keys': 'historicalKeys',
} as const

const EntityStatement = z
  .object({ entity_statement: z.string().describe('The signed Entity Configuration.') })
  .describe('Signed and published.')

const Published = Message.describe('Signed and published.')

export function serverRoutes(app: RestApp): void {
  app.post(
    '/server/entity',
    {
      config: { scope: 'administer', action: 'regenerateEntityConfiguration' },
      schema: {
        tags,
        summary: 'Signs the Entity Configuration again and republishes it',
        response: { 201: EntityStatement, ...failures },
      },
    },
    async (request, reply) => {
      const anchor = anchorOf(request)
      await anchor.services.trustAnchor.regenerateEntityConfiguration(callerOfRequest(request))
      const jwt = await published(anchor, 'entity-configuration')
      return reply.status(201).send({ entity_statement: jwt })
    },
  )

  app.post(
    '/server/historical_keys',
    {
      config: { scope: 'administer', action: 'publishHistoricalKeys' },
      schema: {
        tags,
        summary: 'Signs the historical keys again and republishes them',
        response: { 201: Published, ...failures },
      },
    },
    async (request, reply) => {
      const anchor = anchorOf(request)
      await anchor.services.trustAnchor.publishHistoricalKeys(callerOfRequest(request))
      const { keys } = decodeJwt<{ keys: unknown[] }>(await published(anchor, 'historical-keys'))
      return reply.status(201).send({ message: `Published ${keys.length} historical keys.`, id: 0 })
    },
  )
}

/** Reads the published JWT. While Redis is unreachable, the change stays queued. */
async function published({ db, publishing }: Anchor, topic: keyof typeof publishedUnder): Promise<string> {
  const jwt =
    (await db.outboxEntry.count({ where: { topic } })) === 0
      ? await publishing.redis.get(publishing.keys[publishedUnder[topic]])
      : null
  if (jwt === null) throw new UnavailableError('It is queued and will be published when Redis is back.')
  return jwt
}
