/** Makes events of audit entries: CloudEvents 1.0 as JSON (structured mode). They have no personal data. */
import type { AuditEvent } from '#prisma/generated/client/client.ts'
import { FIRST_ANCHOR } from '#store/anchors.ts'

export const CONTENT_TYPE = 'application/cloudevents+json'

export type Event = {
  /** The same for the same event in every attempt; no other event has it, also after a restore. */
  id: string
  type: string
  body: string
}

/** An audit entry, as far as events tell it. */
export type Entry = Pick<
  AuditEvent,
  'id' | 'at' | 'anchor' | 'action' | 'resourceType' | 'resource' | 'eventTypes' | 'runId' | 'hash'
>

export const entryColumns = {
  id: true,
  at: true,
  anchor: true,
  action: true,
  resourceType: true,
  resource: true,
  eventTypes: true,
  runId: true,
  hash: true,
} as const satisfies Record<keyof Entry, true>

/** The type of an event, such as `org.inmor.registerSubordinate`. */
export const typeOf = (action: string) => `org.inmor.${action}`

/** Entries of the installation are among those of the first anchor. */
export const anchorOf = ({ anchor }: Pick<Entry, 'anchor'>) => anchor ?? FIRST_ANCHOR

/** The Entity Identifier of an anchor, by its slug. */
export type SourceOf = (slug: string) => string

const HASH_CHARACTERS = 16

export function buildEvent(entry: Entry, sourceOf: SourceOf): Event {
  const { id, at, action, resourceType, resource, eventTypes, runId, hash } = entry
  const anchor = anchorOf(entry)
  // After the restore of a backup, ids of lost entries are given again. The hash tells them apart.
  const eventId = `evt_${id}_${hash.slice(0, HASH_CHARACTERS)}`
  return buildEnvelope(
    { id: eventId, source: sourceOf(anchor), action, subject: resource, at },
    {
      action,
      resourceType,
      resource,
      anchor,
      eventTypes,
      run: runId,
      hash,
    },
  )
}

/** An event about nothing, with which an operator tests a receiver. */
export function buildTestEvent(name: string, source: string, resource: string, at: Date): Event {
  const action = 'testWebhook'
  return buildEnvelope(
    { id: `test_${name}`, source, action, subject: resource, at },
    {
      action,
      resourceType: 'Webhook',
      resource,
      anchor: null,
      eventTypes: [],
      run: null,
      hash: null,
    },
  )
}

type Attributes = { id: string; source: string; action: string; subject: string; at: Date }

type Data = {
  action: string
  resourceType: string
  /** Natural key of the object. */
  resource: string
  /** Slug. */
  anchor: string | null
  /** Types of the Subordinate Events draft. */
  eventTypes: readonly string[]
  /** The run that made the change. */
  run: number | null
  /** Of the entry of the audit log, whose number is in the id. */
  hash: string | null
}

function buildEnvelope({ id, source, action, subject, at }: Attributes, data: Data): Event {
  const type = typeOf(action)
  const event = {
    specversion: '1.0',
    id,
    source,
    type,
    // CloudEvents do not allow an empty one.
    ...(subject === '' ? {} : { subject }),
    time: at.toISOString(),
    datacontenttype: 'application/json',
    data,
  }
  return { id, type, body: JSON.stringify(event) }
}
