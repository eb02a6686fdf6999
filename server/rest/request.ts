/** `/api/v1/requests`: what organizations ask of the operators of this anchor. Members submit in the portal. */
import { z } from 'zod'
import type { Caller } from '#server/identity/caller.ts'
import { anchorOf, callerOfRequest } from '#server/rest/access.ts'
import type { RestApp } from '#server/rest/deps.ts'
import { conflict, failures, notFound } from '#server/rest/error.ts'
import { ById, Flag, listOf, Page } from '#server/rest/page.ts'
import {
  entityid,
  Item,
  kind,
  listRequests,
  Output,
  readRequest,
  state,
  toBody,
  toItem,
} from '#server/rest/request-body.ts'
import type { AuditAction } from '#server/services/audit/action.ts'
import { requestCondition } from '#server/services/request/filter.ts'
import type { RequestService } from '#server/services/request/requests.ts'

const tags = ['Requests']

const Filter = Page.extend({
  state: state.optional().describe('Only requests in this state.'),
  is_open: Flag.optional().describe(
    'Only requests that wait for an operator or the organization, or do not.',
  ),
  kind: kind.optional().describe('Only requests for this.'),
  entityid: entityid.optional().describe('Only requests about this entity.'),
})

const version = z.int32().nullish().describe('The version that was read; 409 after another change.')
const text = z.string()

/** What an operator sends with a step; each route has a name of its own for the text. */
type Written = { version?: number | null | undefined; text?: string | null | undefined }

const Approval = z
  .object({ version, message: text.nullish().describe('A message to the organization.') })
  .nullish()
  .transform((body): Written => ({ version: body?.version, text: body?.message }))
const Refusal = z
  .object({ version, reason: text.describe('The reason, which the organization reads.') })
  .transform(({ version, reason }): Written => ({ version, text: reason }))
const Question = z
  .object({ version, message: text.describe('What the organization shall do or answer.') })
  .transform(({ version, message }): Written => ({ version, text: message }))
const Comment = z.object({ version, text: text.describe('The comment.') })

type Step = {
  action: AuditAction
  summary: string
  body: z.ZodType<Written>
  take(requests: RequestService, caller: Caller, answer: Written & { id: number }): Promise<unknown>
}

/** By the last part of their paths. */
const steps: Readonly<Record<string, Step>> = {
  approve: {
    action: 'approveRequest',
    summary: 'Checks the entity again, and executes what the request asks for',
    body: Approval,
    take: (requests, caller, answer) => requests.approve(caller, answer),
  },
  refuse: {
    action: 'refuseRequest',
    summary: 'Refuses a request; nothing of it is executed',
    body: Refusal,
    take: (requests, caller, answer) => requests.refuse(caller, answer),
  },
  return: {
    action: 'returnRequest',
    summary: 'Asks the organization for something; the request waits until it answers',
    body: Question,
    take: (requests, caller, answer) => requests.returnToMember(caller, answer),
  },
  comment: {
    action: 'commentRequest',
    summary: 'Adds a comment, which the organization reads',
    body: Comment,
    // API keys are of operators.
    take: (requests, caller, answer) => requests.comment(caller, { ...answer, byMember: false }),
  },
}

export function requestRoutes(app: RestApp): void {
  app.get(
    '/requests',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Lists the requests, the oldest first',
        querystring: Filter,
        response: { 200: listOf(Item).describe('One page.'), ...failures },
      },
    },
    async (request) => {
      const { db } = anchorOf(request)
      const { is_open: isOpen, entityid: entityId, state, kind, ...range } = request.query
      const where = requestCondition({ isOpen, entityId, state, kind })
      const rows = await listRequests(db, where, range)
      return { count: await db.request.count({ where }), items: rows.map(toItem) }
    },
  )

  app.get(
    '/requests/:id',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Shows a request with its checks and comments',
        params: ById,
        response: { 200: Output.describe('That request.'), ...failures, ...notFound },
      },
    },
    async (request) => toBody(await readRequest(anchorOf(request).db, request.params.id)),
  )

  for (const [name, { action, summary, body, take }] of Object.entries(steps)) {
    app.post(
      `/requests/:id/${name}`,
      {
        config: { scope: 'operate', action },
        schema: {
          tags,
          summary,
          params: ById,
          body,
          response: { 200: Output.describe('The current state.'), ...failures, ...notFound, ...conflict },
        },
      },
      async (request) => {
        const { db, services } = anchorOf(request)
        const { id } = request.params
        await take(services.requests, callerOfRequest(request), { ...request.body, id })
        return toBody(await readRequest(db, id))
      },
    )
  }
}
