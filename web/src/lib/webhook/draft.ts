/** Describes a webhook as a form. */
import { type Field, type FieldsOf, text, type Values } from '#lib/form/field.ts'
import type { UpdateWebhookInput, WebhookEvent } from '#lib/gql/graphql.ts'

/** All of something, also what is added later, or a choice. */
export interface Selection<Item extends string = string> {
  isAll: boolean
  /** Empty while it is all. */
  chosen: Item[]
}

/** The API takes an empty list as all, so a choice of nothing must not be sent. */
const selection = <Item extends string>(
  label: string,
  nothing: string,
): Field<Selection<Item>, Item[] | null> => ({
  label,
  empty: { isAll: true, chosen: [] },
  show(stored) {
    const chosen: Item[] = Array.isArray(stored) ? stored : []
    return { isAll: chosen.length === 0, chosen: [...chosen] }
  },
  parse({ isAll, chosen }) {
    if (isAll) return { input: null }
    return chosen.length > 0 ? { input: chosen } : { problem: nothing }
  },
})

export const webhookFields = {
  url: text(
    'URL',
    'Where events are sent: https, at a public address. It answers with a status from 200 to 299.',
  ),
  description: text('Description', 'What it is for, such as the system that receives the events.'),
  events: selection<WebhookEvent>('Events', 'Choose at least one event, or all of them.'),
  anchors: selection('Anchors', 'Choose at least one anchor, or all of them.'),
} satisfies FieldsOf<UpdateWebhookInput, 'active' | 'rotateSecret'>

export type WebhookSettings = Values<typeof webhookFields>
