/**
 * Hides audit entries of the installation from callers who have a role in the first anchor only, and parts of entries from
 * callers without `administer`: network addresses, e-mail addresses, and the URLs of webhooks, which may be secrets.
 */
import type { AuditEvent, Prisma } from '#prisma/generated/client/client.ts'
import { type Caller, callerMay, inInstallation } from '#server/identity/caller.ts'
import { type AuditAction, installationResources } from '#server/services/audit/action.ts'

/** Actions of an anchor on objects of the installation. */
const ofAnchors: AuditAction[] = ['invitePerson', 'updatePerson', 'removePerson', 'restoreVersion']

/** The entries of an anchor's log that the caller may read. The first anchor's log has those of the installation as well. */
export function entriesFor(caller: Caller | null): Pick<Prisma.AuditEventWhereInput, 'NOT'> {
  if (caller && callerMay(inInstallation(caller), 'read')) return {}
  return {
    NOT: {
      anchor: null,
      resourceType: { in: [...installationResources] },
      action: { notIn: ofAnchors },
      actor: { not: caller?.name ?? '' },
    },
  }
}

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
