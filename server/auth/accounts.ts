/** Users and API keys, as administrators and the command line manage them. */
import { createApiKeys } from '#server/auth/api-keys.ts'
import type { Auth } from '#server/auth/auth.ts'
import { createUsers } from '#server/auth/users.ts'
import type { Database } from '#server/database/client.ts'

export function createAccounts(db: Database, auth: Auth) {
  return { ...createUsers(db, auth), ...createApiKeys(db) }
}

export type Accounts = ReturnType<typeof createAccounts>
