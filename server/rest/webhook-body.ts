/** Converts webhooks and deliveries to and from their REST form. */
import { z } from 'zod'
import type { Delivery, Webhook } from '#prisma/generated/client/client.ts'
import { publishedActions } from '#server/services/audit/published.ts'
import { MAXIMUM_COUNTED } from '#server/webhook/backlog.ts'
import {
  deliveryStateOf,
  deliveryStates,
  eventsOf,
  problemOf,
  stateOf,
  webhookStates,
} from '#server/webhook/state.ts'

const url = z.string().describe('Where events are sent: an https URL of a public address.')
const description = z.string().describe('What it is for.')
const events = z.array(z.enum(publishedActions)).describe('The events that it receives; empty: all.')
const anchors = z.array(z.string()).describe('The slugs of the anchors whose events it receives; empty: all.')
const active = z.boolean().describe('Whether events are sent to it. True also tries a failing one at once.')
const time = z.iso.datetime()

/** In lists. */
export const Item = z.object({
  id: z.int(),
  url,
  description: description.nullable(),
  events,
  anchors,
  active,
  state: z.enum(webhookStates).describe('Its state.'),
  problem: z
    .string()
    .nullable()
    .describe('Why it fails or was paused, and which events it missed; null: nothing.'),
  failing_since: time
    .nullable()
    .describe('Since when every delivery has failed; null: the last one succeeded.'),
  next_attempt_at: time
    .nullable()
    .describe('When the failed delivery is tried again; null: none waits for that.'),
  last_delivered_at: time.nullable().describe('When an event was last delivered; null: none was.'),
  secret_changed_at: time.describe('When its secret was created.'),
  previous_secret_until: time
    .nullable()
    .describe('Until when the previous secret signs too; null: there is none.'),
  created_at: time,
  version: z.int().describe('The number of changes. Send it with a change to detect a concurrent one.'),
})

export const Output = Item.extend({
  waiting: z
    .object({
      count: z.int().describe(`Their number, counted up to ${MAXIMUM_COUNTED}.`),
      more: z.boolean().describe(`Whether there are more than ${MAXIMUM_COUNTED}.`),
    })
    .describe('The events that wait for it.'),
})

export const Changed = Output.extend({
  secret: z
    .string()
    .nullable()
    .describe(
      'The new secret, with which its receiver verifies events. It is returned once; null: it has not changed.',
    ),
})

const Fields = z.object({
  description: description.nullish(),
  events: events.nullish(),
  anchors: anchors
    .nullish()
    .describe('The anchors whose events it receives, by slug or Entity Identifier; all by default.'),
  active: active.nullish(),
})

export const Creation = Fields.extend({ url })

export const Change = Fields.extend({
  url: url.nullish(),
  version: z.int32().nullish().describe('The version that was read; 409 after another change.'),
  rotate_secret: z
    .boolean()
    .nullish()
    .describe('True creates a new secret. For 24 hours, both sign each event.'),
})

export const Replay = z.object({
  from: z.iso
    .datetime({ offset: true })
    .describe('The time of the first event to send. Older ones that still wait are not sent.'),
})

export const DeliveryOutput = z.object({
  id: z.int(),
  state: z.enum(deliveryStates).describe('Its state.'),
  recipient: z.string().describe('The URL at that time.'),
  event: z.string().describe('The type of the event, such as `org.inmor.registerSubordinate`.'),
  anchor: z.string().nullable().describe('The slug of the anchor that it is about; null: of none.'),
  attempts: z.int().describe('How often it was tried.'),
  status_code: z.int().nullable().describe('The HTTP status of the last response; null: there was none.'),
  last_error: z.string().nullable().describe('Why the last attempt failed; null if it did not.'),
  created_at: time.describe('When it was first tried.'),
  next_attempt_at: time.nullable().describe('When it is tried again; null: it is not.'),
  delivered_at: time.nullable().describe('When the receiver took it; null: it did not.'),
})

const timeOf = (date: Date | null) => date?.toISOString() ?? null

export function toItem(row: Webhook): z.input<typeof Item> {
  return {
    id: row.id,
    url: row.url,
    description: row.description,
    events: eventsOf(row),
    anchors: row.anchors,
    active: row.active,
    state: stateOf(row),
    problem: problemOf(row),
    failing_since: timeOf(row.failingSince),
    next_attempt_at: timeOf(row.nextAt),
    last_delivered_at: timeOf(row.lastDeliveredAt),
    secret_changed_at: row.secretChangedAt.toISOString(),
    previous_secret_until: timeOf(row.previousSecretUntil),
    created_at: row.createdAt.toISOString(),
    version: row.version,
  }
}

/** `counted` events wait, at most one more than the maximum. */
export function toBody(row: Webhook, counted: number): z.input<typeof Output> {
  const waiting = { count: Math.min(counted, MAXIMUM_COUNTED), more: counted > MAXIMUM_COUNTED }
  return { ...toItem(row), waiting }
}

export function toDelivery(row: Delivery): z.input<typeof DeliveryOutput> {
  return {
    id: row.id,
    state: deliveryStateOf(row),
    recipient: row.recipient,
    event: row.event,
    anchor: row.anchor,
    attempts: row.attempts,
    status_code: row.statusCode,
    last_error: row.lastError,
    created_at: row.createdAt.toISOString(),
    next_attempt_at: timeOf(row.nextAt),
    delivered_at: timeOf(row.deliveredAt),
  }
}
