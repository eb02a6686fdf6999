/** The context of a resolver: the caller, readers, and the services that write. */
import type { Anchor } from '#server/anchors/anchor.ts'
import type { AnchorChanges } from '#server/anchors/anchor-changes.ts'
import type { Anchors } from '#server/anchors/anchors.ts'
import type { Accounts } from '#server/auth/accounts.ts'
import type { Auth } from '#server/auth/auth.ts'
import type { OwnAccount } from '#server/auth/own-account.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { SingleSignOn } from '#server/identity/roles.ts'
import type { NewInvitations } from '#server/schema/new-invitations.ts'
import type { MailService } from '#server/services/mail/mails.ts'
import type { Approvals } from '#server/services/protection/approvals.ts'
import type { ProtectionService } from '#server/services/protection/protection.ts'
import type { Webhooks } from '#server/webhook/webhooks.ts'

/** What the process has for the whole installation. */
export type InstallationServices = {
  anchorChanges: AnchorChanges
  accounts: Accounts
  ownAccount: OwnAccount
  mails: MailService
  webhooks: Webhooks
  auth: Auth
  singleSignOn: SingleSignOn | null
  /** Where the browser goes after a sign-in. */
  loginRedirectUrl: string
  version: string
  approvals: Approvals
  protection: ProtectionService
}

/** What is the same for all fields of a call. */
export type CallContext = {
  /** Where it comes from, also without credentials. */
  from: { address: string; requestId: string }
  /** The anchor that it names for all of its fields, in the header Inmor-Anchor. */
  namedAnchor: string | undefined
  newInvitations: NewInvitations
  /** Called when a mutation returns an expected failure. */
  onFailure(mutation: string, failure: { code: string; message: string }): void
}

export type Context = {
  /** With the role that it has in the anchor. */
  caller: Caller | null
  call: CallContext
  installation: InstallationServices
  anchors: Anchors
  /** The anchor that the field is about. What most fields need of it is here too. */
  anchor: Anchor
  /** Whether a change of this subordinate waits for publication. */
  isPending(entityId: string): Promise<boolean>
  /** The display name of a registered entity; null: it is not registered here, or has none. */
  nameOf(entityId: string): Promise<string | null>
} & Pick<Anchor, 'db' | 'services' | 'runs' | 'slug' | 'entityId' | 'now'>

/** Reads once for all fields of a request that need it. Not for subscriptions, whose context lasts. */
export function perRequest<Value>(read: (context: Context) => Promise<Value>) {
  const found = new WeakMap<Context, Promise<Value>>()
  return (context: Context): Promise<Value> => {
    const value = found.get(context) ?? read(context)
    found.set(context, value)
    return value
  }
}
