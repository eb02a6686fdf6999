/** `/api/v1/webhooks`: receivers of events, for administrators of the installation. They are of no anchor. */
import { z } from 'zod'
import type { Webhook } from '#prisma/generated/client/client.ts'
import { callerOfRequest } from '#server/rest/access.ts'
import type { RestApp, RestDeps } from '#server/rest/deps.ts'
import { conflict, failures, notFound } from '#server/rest/error.ts'
import { ById, listOf, Nothing, Page, pageOf, slice } from '#server/rest/page.ts'
import {
  Change,
  Changed,
  Creation,
  DeliveryOutput,
  Item,
  Output,
  Replay,
  toBody,
  toDelivery,
  toItem,
} from '#server/rest/webhook-body.ts'
import { deliveryStates } from '#server/webhook/state.ts'
import type { ChangedWebhook } from '#server/webhook/webhooks.ts'

const tags = ['Webhooks']
const scope = 'administerInstallation'

const Filter = Page.extend({
  state: z.enum(deliveryStates).optional().describe('Only deliveries in this state.'),
})

export function webhookRoutes(app: RestApp, { webhooks, db }: Pick<RestDeps, 'webhooks' | 'db'>): void {
  const shown = async (webhook: Webhook) => toBody(webhook, await webhooks.countWaiting(webhook))
  const changed = async ({ webhook, secret }: ChangedWebhook) => ({ ...(await shown(webhook)), secret })

  app.get(
    '/webhooks',
    {
      config: { scope },
      schema: {
        tags,
        summary: 'Lists the webhooks, the oldest first',
        querystring: Page,
        response: { 200: listOf(Item).describe('One page.'), ...failures },
      },
    },
    async (request) => pageOf(await webhooks.list(), request.query, toItem),
  )

  app.post(
    '/webhooks',
    {
      config: { scope, action: 'createWebhook' },
      schema: {
        tags,
        summary: 'Creates a webhook, which receives what happens from now on',
        body: Creation,
        response: { 201: Changed.describe('Created.'), ...failures, ...conflict },
      },
    },
    async (request, reply) => {
      const created = await webhooks.create(callerOfRequest(request), request.body)
      return reply.status(201).send(await changed(created))
    },
  )

  app.get(
    '/webhooks/:id',
    {
      config: { scope },
      schema: {
        tags,
        summary: 'Shows a webhook, and how many events wait for it',
        params: ById,
        response: { 200: Output.describe('That webhook.'), ...failures, ...notFound },
      },
    },
    async (request) => shown(await webhooks.find(request.params.id)),
  )

  app.patch(
    '/webhooks/:id',
    {
      config: { scope, action: 'updateWebhook' },
      schema: {
        tags,
        summary: 'Changes a webhook; absent members keep their value, null resets it',
        params: ById,
        body: Change,
        response: { 200: Changed.describe('The current state.'), ...failures, ...notFound, ...conflict },
      },
    },
    async (request) => {
      const { id } = request.params
      const { rotate_secret: rotateSecret, ...change } = request.body
      return changed(await webhooks.update(callerOfRequest(request), { ...change, rotateSecret, id }))
    },
  )

  app.delete(
    '/webhooks/:id',
    {
      config: { scope, action: 'removeWebhook' },
      schema: {
        tags,
        summary: 'Removes a webhook with its deliveries',
        params: ById,
        response: { 204: Nothing.describe('Removed.'), ...failures, ...notFound },
      },
    },
    async (request, reply) => {
      await webhooks.remove(callerOfRequest(request), request.params.id)
      return reply.status(204).send(null)
    },
  )

  app.post(
    '/webhooks/:id/replay',
    {
      config: { scope, action: 'replayWebhook' },
      schema: {
        tags,
        summary: 'Sends a webhook everything since a time, also what it has received already',
        params: ById,
        body: Replay,
        response: { 200: Output.describe('The current state.'), ...failures, ...notFound },
      },
    },
    async (request) => {
      const from = new Date(request.body.from)
      return shown(await webhooks.replay(callerOfRequest(request), request.params.id, from))
    },
  )

  app.post(
    '/webhooks/:id/test',
    {
      config: { scope, action: 'testWebhook' },
      schema: {
        tags,
        summary: 'Sends an event of the type `org.inmor.testWebhook`, once and before all that waits',
        params: ById,
        response: { 200: DeliveryOutput.describe('What became of it.'), ...failures, ...notFound },
      },
    },
    async (request) => toDelivery(await webhooks.test(callerOfRequest(request), request.params.id)),
  )

  app.get(
    '/webhooks/:id/deliveries',
    {
      config: { scope },
      schema: {
        tags,
        summary: 'Lists what was sent to a webhook, the newest first',
        params: ById,
        querystring: Filter,
        response: { 200: listOf(DeliveryOutput).describe('One page.'), ...failures, ...notFound },
      },
    },
    async (request) => {
      const { id: webhookId } = await webhooks.find(request.params.id)
      const { state, ...range } = request.query
      const where = { webhookId, ...(state ? { state } : {}) }
      const rows = await db.delivery.findMany({ where, orderBy: { id: 'desc' }, ...slice(range) })
      return { count: await db.delivery.count({ where }), items: rows.map(toDelivery) }
    },
  )
}
