/** `/api/v1/trustmarktypes`: the Trust Mark types that this anchor issues (§7). */
import { z } from 'zod'
import type { TrustMarkType } from '#prisma/generated/client/client.ts'
import type { Anchor } from '#server/anchors/anchor.ts'
import { ConflictError, NotFoundError } from '#server/error/operation-error.ts'
import { anchorOf, callerOfRequest } from '#server/rest/access.ts'
import { ById, listOf, Page, type RestApp, slice } from '#server/rest/deps.ts'
import { conflict, failures, Message, notFound } from '#server/rest/error.ts'

const tags = ['Trust Mark Types']

const tmtype = z.string().min(1).describe('The identifier of the type, a URL.')
const autorenew = z.boolean().describe('Whether marks of this type are renewed automatically.')
const validFor = z.int32().describe('The validity of a mark in hours.')
const renewalTime = z.int32().describe('Hours before expiry at which a mark is renewed.')
const active = z.boolean().describe('Whether marks of this type are issued.')

const Output = z.object({
  id: z.int(),
  tmtype,
  autorenew,
  valid_for: validFor,
  renewal_time: renewalTime,
  active,
})
const Change = z.object({
  autorenew: autorenew.nullish(),
  valid_for: validFor.nullish(),
  renewal_time: renewalTime.nullish(),
  active: active.nullish(),
})

function shown({ id, type, autorenew, validFor, renewalTime, active }: TrustMarkType) {
  return { id, tmtype: type, autorenew, valid_for: validFor, renewal_time: renewalTime, active }
}

function fields({ valid_for, renewal_time, autorenew, active }: z.output<typeof Change>) {
  return { validFor: valid_for, renewalTime: renewal_time, autorenew, active }
}

export function trustMarkTypeRoutes(app: RestApp): void {
  async function find({ db }: Anchor, where: { id: number } | { type: string }) {
    const row = await db.trustMarkType.findUnique({ where })
    if (!row) throw new NotFoundError('There is no such Trust Mark type.')
    return shown(row)
  }

  app.post(
    '/trustmarktypes',
    {
      config: { scope: 'operate', action: 'createTrustMarkType' },
      schema: {
        tags,
        summary: 'Creates a Trust Mark type',
        body: Change.extend({ tmtype }),
        response: {
          201: Output.describe('Created.'),
          ...failures,
          409: z.union([Output, Message]).describe('Already exists; the existing type.'),
        },
      },
    },
    async (request, reply) => {
      const { db, services } = anchorOf(request)
      const { tmtype: type, ...body } = request.body
      try {
        const row = await services.trustMarkTypes.create(callerOfRequest(request), { type, ...fields(body) })
        return reply.status(201).send(shown(row))
      } catch (error) {
        const existing =
          error instanceof ConflictError ? await db.trustMarkType.findUnique({ where: { type } }) : null
        if (!existing) throw error
        return reply.status(409).send(shown(existing))
      }
    },
  )

  app.get(
    '/trustmarktypes',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Lists the Trust Mark types',
        querystring: Page,
        response: { 200: listOf(Output).describe('One page.'), ...failures },
      },
    },
    async (request) => {
      const { db } = anchorOf(request)
      const rows = await db.trustMarkType.findMany({ orderBy: { id: 'asc' }, ...slice(request.query) })
      return { count: await db.trustMarkType.count(), items: rows.map(shown) }
    },
  )

  app.get(
    '/trustmarktypes/',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Finds a Trust Mark type by its identifier',
        querystring: z.object({ tmtype }),
        response: { 200: Output.describe('That type.'), ...failures, ...notFound },
      },
    },
    (request) => find(anchorOf(request), { type: request.query.tmtype }),
  )

  app.get(
    '/trustmarktypes/:id',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Shows a Trust Mark type',
        params: ById,
        response: { 200: Output.describe('That type.'), ...failures, ...notFound },
      },
    },
    (request) => find(anchorOf(request), { id: request.params.id }),
  )

  app.put(
    '/trustmarktypes/:id',
    {
      config: { scope: 'operate', action: 'updateTrustMarkType' },
      schema: {
        tags,
        summary: 'Updates a Trust Mark type; absent members keep their value',
        params: ById,
        body: Change,
        response: { 200: Output.describe('The current state.'), ...failures, ...notFound, ...conflict },
      },
    },
    async (request) => {
      const change = { id: request.params.id, ...fields(request.body) }
      const { trustMarkTypes } = anchorOf(request).services
      return shown(await trustMarkTypes.update(callerOfRequest(request), change))
    },
  )
}
