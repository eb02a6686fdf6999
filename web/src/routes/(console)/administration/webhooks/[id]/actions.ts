/** The actions on a webhook that need a confirmation, with their effects. */
import type { Action } from '#lib/action.ts'
import type { WebhookFieldsFragment } from '#lib/gql/graphql.ts'
import { write } from '#lib/graphql/client.ts'
import { RemoveWebhook, UpdateWebhook } from '../webhook.ts'

export const removal: Action<WebhookFieldsFragment> = {
  label: 'Remove webhook',
  consequence:
    'Nothing more is sent to it, events that wait included. Its secret and its list of deliveries are deleted. This cannot be undone; to stop it for a while, pause it instead.',
  done: 'removed.',
  danger: true,
  applies: () => true,
  run: async ({ id }) => (await write(RemoveWebhook, { input: { id } })).refusal,
}

export const webhookActions: readonly Action<WebhookFieldsFragment>[] = [
  {
    label: 'Pause webhook',
    consequence:
      'Nothing is sent to it until you resume it. Events wait in the audit log meanwhile; those that its retention removes are never sent.',
    done: 'paused.',
    danger: false,
    applies: ({ active }) => active,
    run: async ({ id }) => (await write(UpdateWebhook, { input: { id, active: false } })).refusal,
  },
  removal,
]
