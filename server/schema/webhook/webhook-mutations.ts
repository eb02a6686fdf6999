/** The mutations of webhooks. */
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { encodeNodeId } from '#server/schema/global-id.ts'
import { nodeId } from '#server/schema/input.ts'
import { byId, versionRead } from '#server/schema/input-fields.ts'
import { type InputFields, operation } from '#server/schema/operation.ts'
import { DeliveryRef } from '#server/schema/webhook/delivery.ts'
import { WebhookEventEnum, WebhookRef } from '#server/schema/webhook/webhook.ts'
import type { ChangedWebhook } from '#server/webhook/webhooks.ts'

const { InvalidInputError, ConflictError, NotFoundError } = failures

/** The input fields of creating and updating. */
function webhookFields(t: InputFields) {
  return {
    description: t.string({ description: 'What it is for, at most 200 characters.' }),
    events: t.field({
      type: [WebhookEventEnum],
      description: 'The events that it receives; all by default.',
    }),
    anchors: t.stringList({
      description: 'The anchors whose events it receives, by slug or Entity Identifier; all by default.',
    }),
    active: t.boolean({
      description:
        'Whether events are sent to it; true by default. True also tries a failing one at once. What happens while it is false is sent once it is true again.',
    }),
  }
}

const URL_DESCRIPTION = 'Where events are sent: an https URL of a public address.'

const changed = (name: string) =>
  builder.objectRef<ChangedWebhook>(name).implement({
    description: 'The mutation succeeded.',
    authScopes: { administer: true },
    fields: (t) => ({
      secret: t.exposeString('secret', {
        nullable: true,
        description:
          'The new secret, with which its receiver verifies events (`whsec_…`). Returned once; null if it has not changed.',
      }),
      webhook: t.expose('webhook', { type: WebhookRef, description: 'The webhook.' }),
    }),
  })

operation('createWebhook', {
  describes: 'Creates a webhook, which receives what happens from now on. There are at most 20.',
  scope: 'administer',
  ofInstallation: true,
  isSensitive: true,
  input: {
    describes: 'A webhook to create.',
    fields: (t) => ({
      url: t.field({ type: 'URL', required: true, description: URL_DESCRIPTION }),
      ...webhookFields(t),
    }),
  },
  result: changed('CreateWebhookSuccess'),
  errors: [InvalidInputError, ConflictError],
  run: (input, { installation: { webhooks }, caller }) => webhooks.create(caller, input),
})

operation('updateWebhook', {
  describes:
    'Changes a webhook. It keeps its place in the order of events. With another URL or secret, a failed delivery is tried at once.',
  scope: 'administer',
  ofInstallation: true,
  isSensitive: true,
  input: {
    describes: 'Changes: an absent field keeps its value, null resets it to its default.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The webhook’s id.' }),
      version: versionRead(t),
      url: t.field({ type: 'URL', description: URL_DESCRIPTION }),
      ...webhookFields(t),
      rotateSecret: t.boolean({
        description: 'True creates a new secret. For 24 hours, both sign each event.',
      }),
    }),
  },
  result: changed('UpdateWebhookSuccess'),
  errors: [InvalidInputError, ConflictError, NotFoundError],
  run(input, { installation: { webhooks }, caller }) {
    const id = nodeId(input.id, 'Webhook')
    return webhooks.update(caller, { ...input, id })
  },
})

operation('removeWebhook', {
  describes: 'Removes a webhook with its deliveries.',
  scope: 'administer',
  ofInstallation: true,
  input: byId('webhook'),
  result: ['ID'],
  noun: 'ids',
  errors: [NotFoundError, ConflictError],
  async run(input, context) {
    const id = nodeId(input.id, 'Webhook')
    await context.installation.webhooks.remove(context.caller, id)
    return [encodeNodeId('Webhook', id, context.anchor)]
  },
})

operation('replayWebhook', {
  describes:
    'Sends a webhook everything since a time, also what it has received already, with the same ids as before.',
  scope: 'administer',
  ofInstallation: true,
  input: {
    describes: 'A webhook and a time.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The webhook’s id.' }),
      from: t.field({
        type: 'DateTime',
        required: true,
        description: 'The time of the first event to send. Older ones that still wait are not sent.',
      }),
    }),
  },
  result: WebhookRef,
  errors: [InvalidInputError, NotFoundError],
  run: ({ id, from }, { installation: { webhooks }, caller }) =>
    webhooks.replay(caller, nodeId(id, 'Webhook'), from),
})

operation('testWebhook', {
  describes:
    'Sends an event of the type `org.inmor.testWebhook` to a webhook, once and before all that waits.',
  scope: 'administer',
  ofInstallation: true,
  input: byId('webhook'),
  result: DeliveryRef,
  errors: [NotFoundError],
  run: (input, { installation: { webhooks }, caller }) => webhooks.test(caller, nodeId(input.id, 'Webhook')),
})
