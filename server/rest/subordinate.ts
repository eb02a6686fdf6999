/** `/api/v1/subordinates`: the Immediate Subordinates of this anchor. */
import { z } from 'zod'
import { ConflictError } from '#server/error/operation-error.ts'
import { anchorOf, callerOfRequest } from '#server/rest/access.ts'
import type { RestApp } from '#server/rest/deps.ts'
import { entityConfigurationRoute } from '#server/rest/entity-configuration.ts'
import { conflict, failures, Message, notFound } from '#server/rest/error.ts'
import { ById, listOf, Page, slice } from '#server/rest/page.ts'
import { Change, Output, Registration, toBody, toFields } from '#server/rest/subordinate-body.ts'
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
      return toBody(await subordinates.renew(callerOfRequest(request), request.params.id))
    },
  )

  entityConfigurationRoute(app, tags)
}
