/** Users, API keys and the people of organizations, as mutations and the command line manage them. */
import { createApiKeys } from '#server/auth/api-keys.ts'
import type { Doors } from '#server/auth/caller-of.ts'
import { createInvitationMail } from '#server/auth/invitation-offer.ts'
import { createInvitations } from '#server/auth/invitations.ts'
import { createMemberOrganizations } from '#server/auth/member.ts'
import { createMembers } from '#server/auth/members.ts'
import { createPasskeyConfirmation } from '#server/auth/passkey-confirmation.ts'
import { createSecuring } from '#server/auth/securing.ts'
import { createUserRemoval, createUserReset } from '#server/auth/user-reset.ts'
import { createUsers } from '#server/auth/users.ts'
import { type MailOutbox, noMail } from '#server/mail/outbox.ts'

type Parts = Pick<Doors, 'db' | 'auth' | 'now'> & {
  /** Without it, no e-mail is sent. */
  mail?: MailOutbox
}

export function createAccounts({ db, auth, now, mail = noMail }: Parts) {
  const sendInvitation = createInvitationMail(mail)
  return {
    ...createUsers(db, auth, now, sendInvitation),
    ...createUserReset(db, auth),
    ...createUserRemoval(db),
    ...createSecuring(db, now),
    ...createInvitations(db, auth, now, sendInvitation),
    ...createMembers(db, now, sendInvitation),
    ...createMemberOrganizations(db),
    ...createApiKeys(db, now),
    ...createPasskeyConfirmation(db, now),
  }
}

export type Accounts = ReturnType<typeof createAccounts>
