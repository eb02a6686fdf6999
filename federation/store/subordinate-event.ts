/** What happened to the registration of a subordinate, one event at a time (Subordinate Events). */
import { isJsonObject } from '#core/json.ts'

/** The events that the draft names; a federation may have others. */
export type SubordinateEventName =
  | 'registration'
  | 'revocation'
  | 'suspension'
  | 'metadata_update'
  | 'metadata_policy_update'
  | 'jwks_update'

/**
 * `iat` is when it happened, in unix seconds. At the time of a `registration` no update of metadata, policy or keys is
 * recorded: what an entity is registered with is no change.
 */
export type SubordinateEvent = {
  iat: number
  event: SubordinateEventName | (string & {})
  event_description?: string
  information_uri?: string
}

/** The value of one field of the events hash. */
export function formatSubordinateEvents(events: readonly SubordinateEvent[]): string {
  return JSON.stringify(events)
}

/** Reads one field of the events hash; what is no event is left out. Undefined when the field is absent. */
export function parseSubordinateEvents(text: string | null): SubordinateEvent[] | undefined {
  if (text === null) return undefined
  const value: unknown = JSON.parse(text) // written by our publisher alone: a fault in it must not look like silence
  return Array.isArray(value) ? value.filter(isEvent) : []
}

function isEvent(value: unknown): value is SubordinateEvent {
  return isJsonObject(value) && typeof value.iat === 'number' && typeof value.event === 'string'
}
