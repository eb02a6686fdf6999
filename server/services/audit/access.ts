/** Reports changes of users and API keys after their commit, so that what is remembered of callers is read again. */
import type { Database } from '#server/database/client.ts'
import { type AuditAction, type AuditResourceType, auditActions } from '#server/services/audit/action.ts'

const about: readonly AuditResourceType[] = ['User', 'ApiKey']

const listeners = new WeakMap<Database, () => void>()

/** Of all writes with this client, the only listener. */
export function onAccessChange(db: Database, listener: () => void): void {
  listeners.set(db, listener)
}

export function reportAccessChange(db: Database, action: AuditAction): void {
  if (about.includes(auditActions[action])) listeners.get(db)?.()
}
