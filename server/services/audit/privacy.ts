/** Hides personal data of audit entries from callers without `administer`: network addresses and e-mail addresses. */
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
  if (resourceType !== 'User' || !isPlain || mayRead(caller)) return state
  const { email: _, ...rest } = state
  return rest
}

const mayRead = (caller: Caller | null) => caller !== null && callerMay(caller, 'administer')
