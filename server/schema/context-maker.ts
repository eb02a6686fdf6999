/** Makes the context of each request: what resolvers need of the process, and of the first anchor. */
import type { AnchorChanges } from '#server/anchors/anchor-changes.ts'
import type { Anchors } from '#server/anchors/anchors.ts'
import { createAccounts } from '#server/auth/accounts.ts'
import { createAuth } from '#server/auth/auth.ts'
import { createDocumentPasses } from '#server/auth/document-pass.ts'
import { createKeyHolders, type KeyHolders } from '#server/auth/key-holders.ts'
import { createOwnAccount } from '#server/auth/own-account.ts'
import type { Clock } from '#server/clock.ts'
import type { ServerConfig } from '#server/config/config.ts'
import type { Database } from '#server/database/client.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { AccessEvents } from '#server/live/events.ts'
import type { MailOutbox } from '#server/mail/outbox.ts'
import { ofAnchor } from '#server/schema/anchor-context.ts'
import type { CallContext, Context, InstallationServices } from '#server/schema/context.ts'
import { createNewInvitations } from '#server/schema/new-invitations.ts'
import { onAccessChange } from '#server/services/audit/access.ts'
import { createMailService } from '#server/services/mail/mails.ts'
import { createApprovals } from '#server/services/protection/approvals.ts'
import type { ProtectionService } from '#server/services/protection/protection.ts'
import type { Webhooks } from '#server/webhook/webhooks.ts'
import packageJson from '../../package.json' with { type: 'json' }

type Parts = {
  anchors: Anchors
  anchorChanges: AnchorChanges
  /** The database of the installation. */
  db: Database
  mail: MailOutbox
  webhooks: Webhooks
  protection: ProtectionService
  now: Clock
}

type OfRequest = Omit<CallContext, 'newInvitations'> & { caller: Caller | null }

export type ContextMaker = ReturnType<typeof createContextMaker>

export function createContextMaker(config: ServerConfig, { mail, ...parts }: Parts) {
  const { db, anchors, now } = parts
  const { adminUrl, loginRedirectUrl, singleSignOn } = config
  const auth = createAuth(db, config, now)
  const documentPasses = createDocumentPasses(config.authSecret, now)
  const keyHolders = createKeyHolders({ db, now })
  onAccessChange(db, anchors.first.events.announceAccess)
  void forgetAtChanges(keyHolders, anchors.first.events)
  const services = {
    ...parts,
    auth,
    keyHolders,
    singleSignOn,
    loginRedirectUrl,
    accounts: createAccounts({ db, auth, now, mail }),
    ownAccount: createOwnAccount(db, auth, documentPasses, now),
    mails: createMailService({ db, mail, now }),
    approvals: createApprovals({
      db,
      databaseOf: (slug) => anchors.find(slug)?.running?.db ?? null,
      rpId: new URL(adminUrl).hostname,
      origins: config.trustedOrigins,
      now,
    }),
    version: packageJson.version,
  }
  return {
    services,
    documentPasses,
    /** That of fields of the installation has all of its organizations, rather than those that an anchor admits. */
    contextOf({ caller, ...call }: OfRequest): Context {
      const newInvitations = createNewInvitations(new URL(loginRedirectUrl, adminUrl))
      const installation: InstallationServices = services
      return {
        ...{ caller, call: { ...call, newInvitations }, installation, anchors },
        ...{ ...ofAnchor(anchors.first), db },
      }
    },
  }
}

/** Of this process and others, until the server closes. */
async function forgetAtChanges(keyHolders: KeyHolders, events: AccessEvents): Promise<void> {
  for await (const _ of events.subscribeToAccess()) keyHolders.forget()
}
