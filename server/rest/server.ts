/** `/api/v1/server`: publishes what the Trust Anchor says about itself anew (8.7, 9). */
import { decodeJwt } from 'jose'
import { z } from 'zod'
import { UnavailableError } from '#server/error/operation-error.ts'
import { callerOfRequest } from '#server/rest/access.ts'
import type { RestApp, RestDeps } from '#server/rest/deps.ts'
import { failures, Message } from '#server/rest/error.ts'

const tags = ['Server']

/** What is published, and under which of the keys in Redis. */
const publishedUnder = {
  'entity-configuration': 'entityConfiguration',
  'historical-keys': 'historicalKeys',
} as const

const EntityStatement = z
  .object({ entity_statement: z.string().describe('The signed Entity Configuration.') })
  .describe('It was signed and published.')

const Published = Message.describe('It was signed and published.')

export function serverRoutes(app: RestApp, deps: RestDeps): void {
  const { services } = deps

  app.post(
    '/server/entity',
    {
      config: { scope: 'administer', action: 'regenerateEntityConfiguration' },
      schema: {
        tags,
        summary: 'Signs and publishes the Entity Configuration anew',
        response: { 201: EntityStatement, ...failures },
      },
    },
    async (request, reply) => {
      await services.trustAnchor.regenerateEntityConfiguration(callerOfRequest(request))
      const jwt = await published(deps, 'entity-configuration')
      return reply.status(201).send({ entity_statement: jwt })
    },
  )

  app.post(
    '/server/historical_keys',
    {
      config: { scope: 'administer', action: 'publishHistoricalKeys' },
      schema: {
        tags,
        summary: 'Signs and publishes the historical keys anew',
        response: { 201: Published, ...failures },
      },
    },
    async (request, reply) => {
      await services.trustAnchor.publishHistoricalKeys(callerOfRequest(request))
      const { keys } = decodeJwt<{ keys: unknown[] }>(await published(deps, 'historical-keys'))
      return reply.status(201).send({ message: `Published ${keys.length} historical keys.`, id: 0 })
    },
  )
}

/** The JWT as published by now; while Redis is away it stays queued, and nothing is lost. */
async function published({ db, publishing }: RestDeps, topic: keyof typeof publishedUnder): Promise<string> {
  const jwt =
    (await db.outboxEntry.count({ where: { topic } })) === 0
      ? await publishing.redis.get(publishing.keys[publishedUnder[topic]])
      : null
  if (jwt === null) throw new UnavailableError('It is queued, and published as soon as Redis takes it.')
  return jwt
}
