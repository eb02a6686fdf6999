/**
 * Hides parts of audit entries from callers without `administer`: network addresses, e-mail addresses, and the URLs of
 * webhooks, which may be secrets.
 */
import type { AuditEvent, Prisma } from '#prisma/generated/client/client.ts'
import { type Caller, callerMay, inInstallation } from '#server/identity/caller.ts'

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
  const rule = hidden.get(resourceType)
  if (!rule || !isPlain || rule.mayRead(caller)) return state
  const { [rule.member]: _, ...rest } = state
  return rest
}

const mayRead = (caller: Caller | null) => caller !== null && callerMay(caller, 'administer')

/** The member of a state that is hidden, by type of the object. */
const hidden: ReadonlyMap<string, { member: string; mayRead: typeof mayRead }> = new Map([
  ['User', { member: 'email', mayRead }],
  ['Webhook', { member: 'url', mayRead: (caller) => mayRead(caller && inInstallation(caller)) }],
])
