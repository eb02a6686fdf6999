/** Users and API keys, as administrators and the command line manage them. */
import { createApiKeys } from '#server/auth/api-keys.ts'
import type { Doors } from '#server/auth/caller-of.ts'
import { createUsers } from '#server/auth/users.ts'

export function createAccounts({ db, auth, now }: Pick<Doors, 'db' | 'auth' | 'now'>) {
  return { ...createUsers(db, auth), ...createApiKeys(db, now) }
}

export type Accounts = ReturnType<typeof createAccounts>
