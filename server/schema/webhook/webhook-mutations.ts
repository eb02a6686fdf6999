/** The mutations of webhooks. */
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { nodeId, requireCaller, requireRecentCaller } from '#server/schema/input.ts'
import { DeliveryRef } from '#server/schema/webhook/delivery.ts'
import { WebhookEventEnum, WebhookRef } from '#server/schema/webhook/webhook.ts'
import type { ChangedWebhook } from '#server/webhook/webhooks.ts'

const { InvalidInputError, ConflictError, NotFoundError, ReauthenticationRequiredError } = failures

type InputFields = Parameters<Parameters<typeof builder.inputType>[1]['fields']>[0]

/** The input fields of creating and updating. */
function webhookFields(t: InputFields) {
  return {
    description: t.string({ description: 'What it is for, at most 200 characters.' }),
    events: t.field({
      type: [WebhookEventEnum],
      description: 'The events that it shall receive; all by default.',
    }),
    anchors: t.stringList({
      description: 'The anchors whose events it shall receive, by slug or Entity Identifier; all by default.',
    }),
    active: t.boolean({
      description:
        'Whether events are sent to it; true by default. True also tries a failing one at once. What happens while it is false is sent once it is true again.',
    }),
  }
}

const URL_DESCRIPTION = 'Where events are sent: an https URL of a public address.'

const CreateWebhookInput = builder.inputType('CreateWebhookInput', {
  description: 'A webhook to create.',
  fields: (t) => ({
    url: t.field({ type: 'URL', required: true, description: URL_DESCRIPTION }),
    ...webhookFields(t),
  }),
})

const UpdateWebhookInput = builder.inputType('UpdateWebhookInput', {
  description: 'Changes: an absent field keeps its value, null resets it to its default.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The webhook’s id.' }),
    version: t.int({
      description: 'The version that was read; the mutation fails with CONFLICT after another change.',
    }),
    url: t.field({ type: 'URL', description: URL_DESCRIPTION }),
    ...webhookFields(t),
    rotateSecret: t.boolean({
      description: 'True creates a new secret. For 24 hours, both sign each event.',
    }),
  }),
})

const RemoveWebhookInput = builder.inputType('RemoveWebhookInput', {
  description: 'The webhook.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The webhook’s id.' }) }),
})

const ReplayWebhookInput = builder.inputType('ReplayWebhookInput', {
  description: 'A webhook and a time.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The webhook’s id.' }),
    from: t.field({
      type: 'DateTime',
      required: true,
      description: 'The time of the first event to send. Older ones that still wait are not sent.',
    }),
  }),
})

const TestWebhookInput = builder.inputType('TestWebhookInput', {
  description: 'The webhook.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The webhook’s id.' }) }),
})

const ChangedWebhookRef = builder.objectRef<ChangedWebhook>('ChangedWebhook').implement({
  description: 'A webhook that was created or changed.',
  authScopes: { administer: true },
  fields: (t) => ({
    secret: t.exposeString('secret', {
      nullable: true,
      description:
        'The new secret, with which its receiver verifies events (`whsec_…`). Returned once; null if it has not changed.',
    }),
    webhook: t.field({
      type: WebhookRef,
      description: 'The webhook.',
      resolve: ({ webhook }) => webhook,
    }),
  }),
})

const ofInstallation = { extensions: { ofInstallation: true as const }, authScopes: { administer: true } }

builder.mutationFields((t) => ({
  createWebhook: t.field({
    ...ofInstallation,
    type: ChangedWebhookRef,
    description: 'Creates a webhook, which receives what happens from now on. There are at most 20.',
    errors: { types: [InvalidInputError, ConflictError, ReauthenticationRequiredError] },
    args: { input: t.arg({ type: CreateWebhookInput, required: true, description: 'The webhook.' }) },
    resolve: (_root, { input }, context) => context.webhooks.create(requireRecentCaller(context), input),
  }),
  updateWebhook: t.field({
    ...ofInstallation,
    type: ChangedWebhookRef,
    description:
      'Changes a webhook. It keeps its place in the order of events. With another URL or secret, a failed delivery is tried at once.',
    errors: { types: [InvalidInputError, ConflictError, NotFoundError, ReauthenticationRequiredError] },
    args: { input: t.arg({ type: UpdateWebhookInput, required: true, description: 'The changes.' }) },
    resolve: (_root, { input }, context) => {
      const id = nodeId(input.id, 'Webhook')
      return context.webhooks.update(requireRecentCaller(context), { ...input, id })
    },
  }),
  removeWebhook: t.string({
    ...ofInstallation,
    description: 'Removes a webhook with its deliveries. Returns its URL.',
    errors: { types: [NotFoundError] },
    args: { input: t.arg({ type: RemoveWebhookInput, required: true, description: 'The webhook.' }) },
    resolve: (_root, { input }, context) =>
      context.webhooks.remove(requireCaller(context), nodeId(input.id, 'Webhook')),
  }),
  replayWebhook: t.field({
    ...ofInstallation,
    type: WebhookRef,
    description:
      'Sends a webhook everything since a time, also what it has received already, with the same ids as before.',
    errors: { types: [InvalidInputError, NotFoundError] },
    args: {
      input: t.arg({ type: ReplayWebhookInput, required: true, description: 'The webhook and the time.' }),
    },
    resolve: (_root, { input: { id, from } }, context) =>
      context.webhooks.replay(requireCaller(context), nodeId(id, 'Webhook'), from),
  }),
  testWebhook: t.field({
    ...ofInstallation,
    type: DeliveryRef,
    description:
      'Sends an event of the type `org.inmor.testWebhook` to a webhook, once and before all that waits.',
    errors: { types: [NotFoundError] },
    args: { input: t.arg({ type: TestWebhookInput, required: true, description: 'The webhook.' }) },
    resolve: (_root, { input }, context) =>
      context.webhooks.test(requireCaller(context), nodeId(input.id, 'Webhook')),
  }),
}))
