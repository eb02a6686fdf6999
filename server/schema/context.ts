/** The context of a resolver: the caller, readers, and the services that write. */

import type { AlertService } from '#server/alerts/alerts.ts'
import type { AlertWatch } from '#server/alerts/watch.ts'
import type { Accounts } from '#server/auth/accounts.ts'
import type { Auth } from '#server/auth/auth.ts'
import type { OwnAccount } from '#server/auth/own-account.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { SingleSignOn } from '#server/identity/single-sign-on-roles.ts'
import type { JobQueue } from '#server/jobs/queue.ts'
import type { Runs } from '#server/jobs/runs.ts'
import type { ScheduleChanges } from '#server/jobs/schedule-changes.ts'
import type { AuditFeed } from '#server/live/audit-feed.ts'
import type { Events } from '#server/live/events.ts'
import type { PublishContext } from '#server/publish/context.ts'
import type { PublicationWatch } from '#server/publish/publication-status.ts'
import type { SigningKeys } from '#server/publish/signing-keys.ts'
import type { NewInvitations } from '#server/schema/new-invitations.ts'
import type { Services } from '#server/services/index.ts'
import type { Reader } from '#store/reader.ts'

export type Context = {
  caller: Caller | null
  /** Where the request comes from, also without credentials. */
  requester: { address: string; requestId: string }
  newInvitations: NewInvitations
  db: Database
  services: Services
  accounts: Accounts
  ownAccount: OwnAccount
  auth: Auth
  events: Events
  auditFeed: AuditFeed
  runs: Runs
  singleSignOn: SingleSignOn | null
  /** Where the browser goes after a sign-in. */
  loginRedirectUrl: string
  queue: Pick<JobQueue, 'countWorkers'>
  scheduleChanges: ScheduleChanges
  /** Reads published data like the federation server. */
  reader: Reader
  entityId: string
  allowHttp: boolean
  version: string
  now: Clock
  signingKeys: SigningKeys
  publishing: PublishContext
  publicationWatch: PublicationWatch
  alerts: AlertService
  alertWatch: AlertWatch
  /** Called when a mutation returns an expected failure. */
  onFailure(mutation: string, code: string): void
  /** Whether a change of this subordinate waits for publication. */
  isPending(entityId: string): Promise<boolean>
}

/** Reads once for all fields of a request that need it. Not for subscriptions, whose context lasts. */
export function perRequest<Value>(read: (context: Context) => Promise<Value>) {
  const found = new WeakMap<Context, Promise<Value>>()
  return (context: Context): Promise<Value> => {
    const value = found.get(context) ?? read(context)
    found.set(context, value)
    return value
  }
}
