/** Webhooks: receivers of events, for administrators of the installation. */
import { builder } from '#server/schema/builder.ts'
import { enumValues } from '#server/schema/enum-name.ts'
import { auditActions } from '#server/services/audit/action.ts'
import { publishedActions } from '#server/services/audit/published.ts'
import { MAXIMUM_COUNTED } from '#server/webhook/backlog.ts'
import { typeOf } from '#server/webhook/event.ts'
import { eventsOf, problemOf, stateOf } from '#server/webhook/state.ts'

export const WebhookEventEnum = builder.enumType('WebhookEvent', {
  description: 'An event: an action of the audit log that webhooks receive.',
  values: enumValues(
    Object.fromEntries(
      publishedActions.map((action) => [action, `\`${typeOf(action)}\`: changes a ${auditActions[action]}.`]),
    ),
  ),
})

const WebhookStateEnum = builder.enumType('WebhookState', {
  description: 'The state of a webhook.',
  values: {
    ACTIVE: { description: 'It receives its events.' },
    FAILING: { description: 'Its last delivery failed. It is tried again, and later events wait.' },
    PAUSED: { description: 'Nothing is sent to it: an administrator turned it off, or it failed.' },
  } as const,
})

const WaitingEvents = builder.objectRef<number>('WaitingEvents').implement({
  description: 'How many events wait for a webhook.',
  authScopes: { administer: true },
  fields: (t) => ({
    count: t.int({
      description: `Their number, counted up to ${MAXIMUM_COUNTED}.`,
      resolve: (counted) => Math.min(counted, MAXIMUM_COUNTED),
    }),
    more: t.boolean({
      description: `Whether there are more than ${MAXIMUM_COUNTED}.`,
      resolve: (counted) => counted > MAXIMUM_COUNTED,
    }),
  }),
})

export const WebhookRef = builder.prismaNode('Webhook', {
  nullable: true,
  id: { field: 'id' },
  // Without `select`, a mutation returns the row that it wrote.
  description: 'A receiver of events: each is sent to its URL, in the order of the audit log.',
  authScopes: { administerInstallation: true },
  fields: (t) => ({
    url: t.exposeString('url', { description: 'Where events are sent.' }),
    description: t.exposeString('description', { nullable: true, description: 'What it is for.' }),
    events: t.field({
      type: [WebhookEventEnum],
      description: 'The events that it receives; empty: all.',
      resolve: eventsOf,
    }),
    anchorSlugs: t.exposeStringList('anchors'),
    active: t.exposeBoolean('active', { description: 'Whether events are sent to it.' }),
    state: t.field({ type: WebhookStateEnum, description: 'Its state.', resolve: stateOf }),
    problem: t.string({
      nullable: true,
      description: 'Why it fails or was paused, and which events it missed; null: nothing is wrong.',
      resolve: problemOf,
    }),
    failingSince: t.expose('failingSince', { type: 'DateTime', nullable: true }),
    nextAttemptAt: t.expose('nextAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the failed delivery is tried again; null: none waits for that.',
    }),
    lastDeliveredAt: t.expose('lastDeliveredAt', { type: 'DateTime', nullable: true }),
    waiting: t.field({
      type: WaitingEvents,
      description: 'The events that wait for it.',
      resolve: (webhook, _args, { installation: { webhooks } }) => webhooks.countWaiting(webhook),
    }),
    secretChangedAt: t.expose('secretChangedAt', { type: 'DateTime' }),
    previousSecretUntil: t.expose('previousSecretUntil', { type: 'DateTime', nullable: true }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    version: t.exposeInt('version'),
  }),
})

builder.queryField('webhooks', (t) =>
  t.field({
    extensions: { ofInstallation: true },
    type: [WebhookRef],
    description: 'All webhooks, the oldest first.',
    authScopes: { administer: true },
    resolve: (_root, _args, { installation: { webhooks } }) => webhooks.list(),
  }),
)
