/** `/api/v1/trustmarks`: the Trust Marks that this anchor has issued (§7). */
import { z } from 'zod'
import type { Prisma, TrustMark } from '#prisma/generated/client/client.ts'
import type { Anchor } from '#server/anchors/anchor.ts'
import { typedTrustMark } from '#server/database/typed-row.ts'
import { ConflictError, NotFoundError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import { anchorOf, callerOfRequest } from '#server/rest/access.ts'
import { ById, listOf, Page, type RestApp, slice } from '#server/rest/deps.ts'
import { conflict, failures, Message, notFound } from '#server/rest/error.ts'

const tags = ['Trust Marks']

const domain = z.string().min(1).describe('The Entity Identifier of the holder.')
const autorenew = z.boolean().describe('Whether it is renewed automatically.')
const validFor = z.int32().describe('The validity of a JWT in hours.')
const renewalTime = z.int32().describe('Hours before expiry at which it is renewed.')
const active = z.boolean().describe('False once it is revoked.')
const claims = z.record(z.string(), z.unknown()).describe('Further claims of the mark.')

const Output = z.object({
  id: z.int(),
  tmt_id: z.int().describe('The id of its type.'),
  domain,
  expire_at: z.iso.datetime(),
  autorenew,
  valid_for: validFor,
  renewal_time: renewalTime,
  active,
  mark: z.string().nullable().describe('The signed Trust Mark; null once it is revoked.'),
  additional_claims: claims.nullable(),
})

const Issue = z.object({
  tmt: z.int32().describe('The id of its type.'),
  domain,
  autorenew: autorenew.nullish(),
  valid_for: validFor.nullish(),
  renewal_time: renewalTime.nullish(),
  active: active.nullish(),
  additional_claims: claims.nullish(),
})

const Change = z.object({
  autorenew: autorenew.nullish(),
  valid_for: validFor.nullish(),
  renewal_time: renewalTime.nullish(),
  active: active.nullish().describe('False revokes it permanently.'),
  additional_claims: claims.nullish(),
})

function shown(row: TrustMark): z.input<typeof Output> {
  return {
    id: row.id,
    tmt_id: row.trustMarkTypeId,
    domain: row.entityId,
    expire_at: row.expiresAt.toISOString(),
    autorenew: row.autorenew,
    valid_for: row.validFor,
    renewal_time: row.renewalTime,
    active: row.active,
    mark: row.active ? row.jwt : null,
    additional_claims: typedTrustMark(row).additionalClaims,
  }
}

export function trustMarkRoutes(app: RestApp): void {
  async function page({ db }: Anchor, where: Prisma.TrustMarkWhereInput, range: z.output<typeof Page>) {
    const rows = await db.trustMark.findMany({ where, orderBy: { id: 'asc' }, ...slice(range) })
    return { count: await db.trustMark.count({ where }), items: rows.map(shown) }
  }

  async function issue({ db, services }: Anchor, caller: Caller, input: z.output<typeof Issue>) {
    const type = await db.trustMarkType.findUnique({ where: { id: input.tmt } })
    if (!type) throw new NotFoundError(`There is no Trust Mark type with the id ${input.tmt}.`)
    const { domain: entityId, valid_for, renewal_time, additional_claims, autorenew, active } = input
    const hours = { validFor: valid_for, renewalTime: renewal_time }
    const content = { trustMarkType: type.type, entityId, additionalClaims: additional_claims }
    return services.trustMarks.issue(caller, { ...content, ...hours, autorenew, active })
  }

  /** Revokes first: a mark to be revoked needs no new JWT. */
  async function change(
    { db, services }: Anchor,
    caller: Caller,
    id: number,
    input: z.output<typeof Change>,
  ): Promise<TrustMark> {
    const { active, autorenew, valid_for: validFor, renewal_time: renewalTime } = input
    const changes = { autorenew, validFor, renewalTime, additionalClaims: input.additional_claims }
    let row: TrustMark | null = null
    if (active === false) {
      await services.trustMarks.check({ id, ...changes }) // a revocation cannot be undone
      row = await services.trustMarks.revoke(caller, id, null)
    }
    if (Object.values(changes).some((value) => value !== undefined)) {
      row = await services.trustMarks.update(caller, { id, ...changes })
    }
    row ??= await db.trustMark.findUnique({ where: { id } })
    if (!row) throw new NotFoundError('There is no such Trust Mark.')
    // A revoked mark stays revoked; the service's message says what to do instead.
    return active && !row.active ? services.trustMarks.renew(caller, id) : row
  }

  app.post(
    '/trustmarks',
    {
      config: { scope: 'operate', action: 'issueTrustMark' },
      schema: {
        tags,
        summary: 'Issues a Trust Mark',
        body: Issue,
        response: {
          201: Output.describe('Issued.'),
          ...failures,
          ...notFound,
          409: z
            .union([Output, Message])
            .describe('The entity already holds a valid mark; the existing mark.'),
        },
      },
    },
    async (request, reply) => {
      const anchor = anchorOf(request)
      const { tmt: trustMarkTypeId, domain: entityId } = request.body
      try {
        return reply.status(201).send(shown(await issue(anchor, callerOfRequest(request), request.body)))
      } catch (error) {
        const key = { trustMarkTypeId_entityId: { trustMarkTypeId, entityId } }
        const existing =
          error instanceof ConflictError ? await anchor.db.trustMark.findUnique({ where: key }) : null
        if (!existing) throw error
        return reply.status(409).send(shown(existing))
      }
    },
  )

  app.get(
    '/trustmarks',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Lists the Trust Marks',
        querystring: Page,
        response: { 200: listOf(Output).describe('One page.'), ...failures },
      },
    },
    (request) => page(anchorOf(request), {}, request.query),
  )

  app.post(
    '/trustmarks/list',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Lists the Trust Marks of one entity',
        querystring: Page,
        body: z.object({ domain }),
        response: { 200: listOf(Output).describe('One page.'), ...failures },
      },
    },
    (request) => page(anchorOf(request), { entityId: request.body.domain }, request.query),
  )

  app.post(
    '/trustmarks/:id/renew',
    {
      config: { scope: 'operate', action: 'renewTrustMark' },
      schema: {
        tags,
        summary: 'Issues a new JWT; the previous one stays valid until it expires',
        params: ById,
        response: { 200: Output.describe('The current state.'), ...failures, ...notFound, ...conflict },
      },
    },
    async (request) => {
      const { trustMarks } = anchorOf(request).services
      return shown(await trustMarks.renew(callerOfRequest(request), request.params.id))
    },
  )

  app.put(
    '/trustmarks/:id',
    {
      config: { scope: 'operate', action: 'updateTrustMark' },
      schema: {
        tags,
        summary: 'Updates or revokes a Trust Mark; absent members keep their value',
        params: ById,
        body: Change,
        response: { 200: Output.describe('The current state.'), ...failures, ...notFound, ...conflict },
      },
    },
    async (request) => {
      const caller = callerOfRequest(request)
      return shown(await change(anchorOf(request), caller, request.params.id, request.body))
    },
  )
}
