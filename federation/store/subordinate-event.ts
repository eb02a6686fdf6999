/** Formats and parses the registration events of a subordinate (Subordinate Events). */
import { isJsonObject } from '#core/json.ts'

/** The events of the draft. A federation may define others. */
export type SubordinateEventName =
  | 'registration'
  | 'revocation'
  | 'suspension'
  | 'metadata_update'
  | 'metadata_policy_update'
  | 'jwks_update'

/**
 * `iat` is the time of the event, in unix seconds. A `registration` has no update events of metadata, policy or keys
 * beside it: the initial values are not a change.
 */
export type SubordinateEvent = {
  iat: number
  event: SubordinateEventName | (string & {})
  event_description?: string
  information_uri?: string
}

/** Formats a field of the events hash. */
export function formatSubordinateEvents(events: readonly SubordinateEvent[]): string {
  return JSON.stringify(events)
}

/** Parses a field of the events hash and skips invalid events. Undefined if the field is absent. */
export function parseSubordinateEvents(text: string | null): SubordinateEvent[] | undefined {
  if (text === null) return undefined
  const value: unknown = JSON.parse(text) // only our publisher writes it: invalid JSON must fail, not look empty
  return Array.isArray(value) ? value.filter(isEvent) : []
}

function isEvent(value: unknown): value is SubordinateEvent {
  return isJsonObject(value) && typeof value.iat === 'number' && typeof value.event === 'string'
}
