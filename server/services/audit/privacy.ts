/**
 * Hides parts of audit entries from callers without `administer`: network addresses, e-mail addresses, and the URLs of
 * webhooks, which may be secrets.
 */
import type { AuditEvent, Prisma } from '#prisma/generated/client/client.ts'
import { type Caller, callerMay } from '#server/identity/caller.ts'

export function addressFor(caller: Caller | null, { address }: Pick<AuditEvent, 'address'>): string | null {
  return mayRead(caller) ? address : null
}

/** A state of the object: `before` or `after`. */
export function stateFor(
  caller: Caller | null,
  { resourceType }: Pick<AuditEvent, 'resourceType'>,
  state: Prisma.JsonValue,
): Prisma.JsonValue {
  const isPlain = typeof state === 'object' && state !== null && !Array.isArray(state)
  const name = hidden.get(resourceType)
  if (name === undefined || !isPlain || mayRead(caller)) return state
  const { [name]: _, ...rest } = state
  return rest
}

/** The member of a state that is hidden, by type of the object. */
const hidden: ReadonlyMap<string, string> = new Map([
  ['User', 'email'],
  ['Webhook', 'url'],
])

const mayRead = (caller: Caller | null) => caller !== null && callerMay(caller, 'administer')
