/** Users, API keys and the people of organizations, as mutations and the command line manage them. */
import { createApiKeys } from '#server/auth/api-keys.ts'
import type { Doors } from '#server/auth/caller-of.ts'
import { createInvitations } from '#server/auth/invitations.ts'
import { createMemberOrganizations } from '#server/auth/member-organizations.ts'
import { createMembers } from '#server/auth/members.ts'
import { createUserRemoval } from '#server/auth/user-removal.ts'
import { createUserReset } from '#server/auth/user-reset.ts'
import { createUsers } from '#server/auth/users.ts'

export function createAccounts({ db, auth, now }: Pick<Doors, 'db' | 'auth' | 'now'>) {
  return {
    ...createUsers(db, auth, now),
    ...createUserReset(db, auth),
    ...createUserRemoval(db),
    ...createInvitations(db, auth, now),
    ...createMembers(db, now),
    ...createMemberOrganizations(db),
    ...createApiKeys(db, now),
  }
}

export type Accounts = ReturnType<typeof createAccounts>
