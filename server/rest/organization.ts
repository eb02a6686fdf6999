/** `/api/v1/organizations`: the organizations that this anchor admits. */
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { anchorsOf } from '#server/anchors/access.ts'
import type { Anchor } from '#server/anchors/anchor.ts'
import { admitOrganization } from '#server/anchors/organization-admission.ts'
import { DuplicateError } from '#server/error/operation-error.ts'
import { anchorOf, callerOfRequest } from '#server/rest/access.ts'
import type { RestApp, RestDeps } from '#server/rest/deps.ts'
import { conflict, failures, Message, notFound } from '#server/rest/error.ts'
import {
  Change,
  Creation,
  listOrganizations,
  Output,
  readOrganization,
  toBody,
  toFields,
} from '#server/rest/organization-body.ts'
import { ById, Flag, listOf, Nothing, Page } from '#server/rest/page.ts'
import { organizationCondition } from '#server/services/organization/filter.ts'

const tags = ['Organizations']

const Filter = Page.extend({
  search: z
    .string()
    .optional()
    .describe(
      'Words in any order, each a part of the name, the identifier, a contact or the note, or a tag.',
    ),
  active: Flag.optional().describe('Only those that take part in the federation, or do not.'),
  country: z.string().optional().describe('Only those of this country.'),
})

const Admission = z.object({
  to: z.string().min(1).describe('The anchor that shall have it too, by slug or Entity Identifier.'),
})

export function organizationRoutes(app: RestApp, { anchors }: Pick<RestDeps, 'anchors'>): void {
  const slugsOf = (request: FastifyRequest) =>
    anchorsOf({ anchors, caller: callerOfRequest(request) }).map(({ slug }) => slug)

  const shown = async (request: FastifyRequest, { db }: Pick<Anchor, 'db'>, id: number) =>
    toBody(await readOrganization(db, id), slugsOf(request))

  app.get(
    '/organizations',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Lists the organizations, by name',
        querystring: Filter,
        response: { 200: listOf(Output).describe('One page.'), ...failures },
      },
    },
    async (request) => {
      const { db } = anchorOf(request)
      const where = organizationCondition(request.query)
      const rows = await listOrganizations(db, where, request.query)
      const slugs = slugsOf(request)
      return { count: await db.organization.count({ where }), items: rows.map((row) => toBody(row, slugs)) }
    },
  )

  app.post(
    '/organizations',
    {
      config: { scope: 'operate', action: 'createOrganization' },
      schema: {
        tags,
        summary: 'Creates an organization',
        body: Creation,
        response: {
          201: Output.describe('Created.'),
          ...failures,
          409: z
            .union([Output, Message])
            .describe('An organization has this identifier; the existing one, where this anchor admits it.'),
        },
      },
    },
    async (request, reply) => {
      const anchor = anchorOf(request)
      const { name, ...fields } = request.body
      try {
        const input = { ...toFields(fields), name }
        const { id } = await anchor.services.organizations.create(callerOfRequest(request), input)
        return reply.status(201).send(await shown(request, anchor, id))
      } catch (error) {
        if (!(error instanceof DuplicateError)) throw error
        return reply.status(409).send(await shown(request, anchor, error.existing.id))
      }
    },
  )

  app.get(
    '/organizations/:id',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Shows an organization',
        params: ById,
        response: { 200: Output.describe('That organization.'), ...failures, ...notFound },
      },
    },
    (request) => shown(request, anchorOf(request), request.params.id),
  )

  app.patch(
    '/organizations/:id',
    {
      config: { scope: 'operate', action: 'updateOrganization' },
      schema: {
        tags,
        summary:
          'Changes an organization, for every anchor that admits it, with operate in its home too; absent members keep their value, null resets it',
        params: ById,
        body: Change,
        response: { 200: Output.describe('The current state.'), ...failures, ...notFound, ...conflict },
      },
    },
    async (request) => {
      const anchor = anchorOf(request)
      const { id } = request.params
      const { name, version, ...fields } = request.body
      const input = { ...toFields(fields), id, version, name }
      await anchor.services.organizations.update(callerOfRequest(request), input)
      return shown(request, anchor, id)
    },
  )

  app.delete(
    '/organizations/:id',
    {
      config: { scope: 'operate', action: 'removeOrganization' },
      schema: {
        tags,
        summary:
          'Removes an organization without members from this anchor, and deletes it if no other anchor admits it',
        params: ById,
        response: { 204: Nothing.describe('Removed.'), ...failures, ...notFound, ...conflict },
      },
    },
    async (request, reply) => {
      const { organizations } = anchorOf(request).services
      await organizations.remove(callerOfRequest(request), request.params.id)
      return reply.status(204).send(null)
    },
  )

  app.post(
    '/organizations/:id/admit',
    {
      // Its home and the other anchor require the right to operate.
      config: { scope: 'read', action: 'admitOrganization' },
      schema: {
        tags,
        summary:
          'Admits an organization of this anchor to another one; the key must have operate there and in its home',
        params: ById,
        body: Admission,
        response: {
          200: Output.describe('The organization, as the other anchor has it.'),
          ...failures,
          ...notFound,
          ...conflict,
        },
      },
    },
    async (request) => {
      const place = { id: request.params.id, from: anchorOf(request).slug, to: request.body.to }
      const { anchor, organization } = await admitOrganization(anchors, callerOfRequest(request), place)
      return shown(request, anchor, organization.id)
    },
  )
}
