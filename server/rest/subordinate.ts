/** `/api/v1/subordinates`: the Immediate Subordinates of this anchor. */
import { z } from 'zod'
import { ConflictError } from '#server/error/operation-error.ts'
import { anchorOf, callerOfRequest } from '#server/rest/access.ts'
import { ById, listOf, Page, type RestApp, slice } from '#server/rest/deps.ts'
import { conflict, failures, Message, notFound } from '#server/rest/error.ts'
import { Change, Output, Registration, toBody, toFields } from '#server/rest/subordinate-body.ts'
import { type EntityCheckName, EntityRejectedError } from '#server/services/entity/checks.ts'
import { findSubordinate } from '#server/services/subordinate/row.ts'

const tags = ['Subordinates']

export function subordinateRoutes(app: RestApp): void {
  app.post(
    '/subordinates',
    {
      config: { scope: 'operate', action: 'registerSubordinate' },
      schema: {
        tags,
        summary: 'Checks an entity and registers it',
        body: Registration,
        response: {
          201: Output.describe('Registered.'),
          ...failures,
          409: z.union([Output, Message]).describe('Already registered; the existing subordinate.'),
        },
      },
    },
    async (request, reply) => {
      const { db, services } = anchorOf(request)
      const { entityid: entityId, active, ...body } = request.body
      try {
        const input = { entityId, active, ...toFields(body) }
        const row = await services.subordinates.register(callerOfRequest(request), input)
        return reply.status(201).send(toBody(row))
      } catch (error) {
        const existing =
          error instanceof ConflictError ? await db.subordinate.findUnique({ where: { entityId } }) : null
        if (!existing) throw error
        return reply.status(409).send(toBody(existing))
      }
    },
  )

  app.get(
    '/subordinates',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Lists the subordinates',
        querystring: Page,
        response: { 200: listOf(Output).describe('One page.'), ...failures },
      },
    },
    async (request) => {
      const { db } = anchorOf(request)
      const rows = await db.subordinate.findMany({ orderBy: { id: 'asc' }, ...slice(request.query) })
      return { count: await db.subordinate.count(), items: rows.map(toBody) }
    },
  )

  app.get(
    '/subordinates/:id',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Shows a subordinate',
        params: ById,
        response: { 200: Output.describe('That subordinate.'), ...failures, ...notFound },
      },
    },
    async (request) => toBody(await findSubordinate(anchorOf(request).db, request.params.id)),
  )

  app.post(
    '/subordinates/:id',
    {
      config: { scope: 'operate', action: 'updateSubordinate' },
      schema: {
        tags,
        summary: 'Updates a subordinate; absent members keep their value',
        params: ById,
        body: Change,
        response: { 200: Output.describe('The current state.'), ...failures, ...notFound, ...conflict },
      },
    },
    async (request) => {
      const { db, services } = anchorOf(request)
      const { id } = request.params
      const { active, ...body } = request.body
      const caller = callerOfRequest(request)
      const present = await findSubordinate(db, id)
      const changes = toFields(body)
      const isChanged = Object.values(changes).some((value) => value !== undefined)
      const row = isChanged ? await services.subordinates.update(caller, { id, ...changes }) : present
      if (active == null || active === row.active) return toBody(row)
      const { reactivate, deactivate } = services.subordinates
      return toBody(await (active ? reactivate : deactivate)(caller, id))
    },
  )

  app.post(
    '/subordinates/:id/renew',
    {
      config: { scope: 'operate', action: 'renewSubordinate' },
      schema: {
        tags,
        summary:
          'Fetches the configuration again and publishes a new statement; on failure the current one stays',
        params: ById,
        response: { 200: Output.describe('The current state.'), ...failures, ...notFound, ...conflict },
      },
    },
    async (request) => {
      const { subordinates } = anchorOf(request).services
      const { subordinate } = await subordinates.renew(callerOfRequest(request), request.params.id)
      return toBody(subordinate)
    },
  )

  entityConfigurationRoute(app, tags)
}

/** The checks of the Entity Configuration itself; registration requires more. */
const essential: readonly EntityCheckName[] = ['REACHABLE', 'STATEMENT', 'IDENTITY', 'TIMES', 'SIGNATURE']

const object = z.record(z.string(), z.unknown())

const FetchedConfiguration = z.object({
  metadata: object.describe('Its metadata by Entity Type.'),
  jwks: object.describe('Its Federation Entity Keys.'),
  authority_hints: z.array(z.string()).nullable().describe('The Entity Identifiers of its superiors.'),
  trust_marks: z.array(z.unknown()).nullable().describe('The Trust Marks it contains.'),
})

function entityConfigurationRoute(app: RestApp, tags: string[]): void {
  app.post(
    '/subordinates/fetch-config',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Fetches and verifies an Entity Configuration, without changing anything',
        body: z.object({ url: z.string().min(1).describe('The Entity Identifier.') }),
        response: { 200: FetchedConfiguration.describe('The verified content.'), ...failures },
      },
    },
    async (request) => {
      const { services } = anchorOf(request)
      const { statement, checks } = await services.subordinates.inspect({ entityId: request.body.url })
      const faults = checks.filter(({ name, status }) => status === 'FAILED' && essential.includes(name))
      if (!statement || faults.length > 0) throw new EntityRejectedError(faults)
      const { metadata = {}, jwks, authority_hints = null, trust_marks = null } = statement.claims
      return { metadata: { ...metadata }, jwks: { ...jwks }, authority_hints, trust_marks }
    },
  )
}
