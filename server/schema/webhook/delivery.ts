/** Deliveries: what was sent to webhooks, and what became of it. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import { builder } from '#server/schema/builder.ts'
import { keyOrNull } from '#server/schema/input.ts'
import { newestFirst, readPage } from '#server/schema/page.ts'
import { type DeliveryState, deliveryStateOf } from '#server/webhook/state.ts'

const DeliveryStateEnum = builder.enumType('DeliveryState', {
  description: 'The state of a delivery.',
  values: {
    WAITING: { description: 'It failed, and is tried again.' },
    DELIVERED: { description: 'The receiver took it.' },
    FAILED: { description: 'It is not tried again until an administrator changes something.' },
  } satisfies Record<DeliveryState, { description: string }>,
})

export const DeliveryRef = builder.prismaNode('Delivery', {
  nullable: true,
  id: { field: 'id' },
  // Without `select`, a mutation returns the row that it wrote; only relations are loaded.
  description: 'An event that was sent to a webhook. It is kept for 30 days.',
  authScopes: { administerInstallation: true },
  fields: (t) => ({
    state: t.field({
      type: DeliveryStateEnum,
      description: 'Its state.',
      resolve: deliveryStateOf,
    }),
    webhook: t.relation('webhook', { description: 'The webhook.' }),
    recipient: t.exposeString('recipient', { description: 'The URL at that time.' }),
    event: t.exposeString('event'),
    anchorSlug: t.exposeString('anchor', { nullable: true }),
    attempts: t.exposeInt('attempts', { description: 'How often it was tried.' }),
    statusCode: t.exposeInt('statusCode', { nullable: true }),
    lastError: t.exposeString('lastError', { nullable: true }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was first tried.' }),
    nextAttemptAt: t.expose('nextAt', { type: 'DateTime', nullable: true }),
    deliveredAt: t.expose('deliveredAt', { type: 'DateTime', nullable: true }),
  }),
})

const DeliveryFilter = builder.inputType('DeliveryFilter', {
  description: 'Conditions, combined with AND; absent ones are ignored.',
  fields: (t) => ({
    state: t.field({ type: DeliveryStateEnum, description: 'Its state.' }),
    webhookId: t.id({ description: 'The webhook.' }),
  }),
})

type Filter = typeof DeliveryFilter.$inferInput

builder.queryField('deliveries', (t) =>
  t.prismaConnection(
    {
      extensions: { ofInstallation: true },
      type: 'Delivery',
      cursor: 'id',
      description: 'What was sent to webhooks, the newest first, at most 100 per page.',
      authScopes: { administer: true },
      args: { filter: t.arg({ type: DeliveryFilter, description: 'The filter.' }) },
      totalCount: (_root, { filter }, { db }) => db.delivery.count({ where: where(filter) }),
      resolve: (query, _root, { filter }, { db }) =>
        readPage(
          query,
          newestFirst,
          (where) => db.delivery.findUnique({ where, select: { id: true } }),
          ({ conditions, ...range }) =>
            db.delivery.findMany({ ...range, where: { AND: [where(filter), conditions] } }),
        ),
    },
    { name: 'DeliveryConnection' },
    { name: 'DeliveryEdge' },
  ),
)

function where(filter: Filter | null | undefined): Prisma.DeliveryWhereInput {
  if (!filter) return {}
  const { state, webhookId } = filter
  return {
    ...(state ? { state } : {}),
    // No webhook has the key 0.
    ...(webhookId ? { webhookId: keyOrNull(webhookId, 'Webhook') ?? 0 } : {}),
  }
}
