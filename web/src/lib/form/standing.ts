/** Decides whether a refusal still says something about what the form has. */
import type { Refusal } from '#lib/graphql/refusal.ts'
import { isRecord } from '#lib/json/json.ts'

/**
 * A refusal of a field is over once the field has another value than the one that was sent. One of a row of a list stays at its
 * row, which may move; its own field ends it.
 */
export function stands(refusal: Refusal, sent: unknown, present: unknown): boolean {
  const field = String(refusal.path[0])
  if (!isRecord(sent) || !isRecord(present) || !Object.hasOwn(present, field)) return true
  if (Array.isArray(present[field]) && refusal.path.length > 1) return true
  return JSON.stringify(sent[field]) === JSON.stringify(present[field])
}
