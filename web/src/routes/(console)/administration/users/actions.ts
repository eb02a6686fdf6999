/** The actions on a user that need a confirmation, with their effects. */

import type { Action } from '#lib/action.ts'
import type { UserFieldsFragment } from '#lib/gql/graphql.ts'
import { write } from '#lib/graphql/client.ts'
import { goto } from '$app/navigation'
import { ConfirmPasskey, RemoveUser, ResetSecondFactor, SecureUser, UpdateUser } from './user.ts'

/** `isSelf`: the user is the one who looks. */
type Subject = { user: UserFieldsFragment; isSelf: boolean }

export const userActions: readonly Action<Subject>[] = [
  {
    label: 'Lock out',
    consequence:
      'They are signed out everywhere, cannot sign in, and their API keys stop working. You can undo this. Where a second person must approve changes of access, it ends after 24 hours.',
    done: 'is locked out.',
    danger: true,
    applies: ({ user }) => !user.banned,
    run: lockOut,
  },
  {
    label: 'Lock out permanently',
    consequence:
      'The present lock-out ends automatically, because one person did it. A second person must approve a lasting one.',
    done: 'is locked out.',
    danger: true,
    applies: ({ user }) => user.suspendedUntil !== null,
    run: lockOut,
  },
  {
    label: 'Secure account',
    consequence:
      'For an account that may be stolen. They are locked out. Their sessions, open approvals and open invitations end, and the API keys that they own or made are revoked for good, also in scripts. The audit log then shows what the account did.',
    done: 'is secured.',
    danger: true,
    applies: ({ isSelf }) => !isSelf,
    async run({ user: { id, username } }) {
      const { refusal } = await write(SecureUser, { input: { id } })
      if (!refusal) await goto(`/audit?actor=${encodeURIComponent(username)}`)
      return refusal
    },
  },
  {
    label: 'Let in again',
    consequence:
      'They can sign in with their previous password, and API keys that were not revoked work again.',
    done: 'can sign in again.',
    danger: false,
    applies: ({ user }) => user.banned,
    run: async ({ user: { id } }) => (await write(UpdateUser, { input: { id, banned: false } })).refusal,
  },
  {
    label: 'Remove the second factor',
    consequence:
      'For a user who lost the phone and the recovery codes. Verify their identity first. Their sessions end, and their API keys are revoked, also in scripts. They sign in with the password alone until they set up a new second factor.',
    done: 'has no second factor now.',
    danger: true,
    applies: ({ user, isSelf }) => !isSelf && (user.twoFactorEnabled || user.passkeyCount > 0),
    run: async ({ user: { id } }) => (await write(ResetSecondFactor, { input: { id } })).refusal,
  },
  {
    label: 'Confirm passkey',
    consequence:
      'Ask them first, not by e-mail, whether the new passkey in the list is theirs, and since when. It then counts for approvals at once, but not for what you ask for.',
    done: 'has a confirmed passkey.',
    danger: false,
    applies: ({ user, isSelf }) => !isSelf && user.passkeys.some(({ counts }) => !counts),
    async run({ user }) {
      const young = user.passkeys.find(({ counts }) => !counts)
      return young && (await write(ConfirmPasskey, { input: { id: young.id } })).refusal
    },
  },
  {
    label: 'Remove user',
    consequence:
      'Their sessions end and their passkeys and API keys stop working for good, also in scripts. The audit log keeps their name. This cannot be undone; to keep the account, lock it out instead.',
    done: 'removed.',
    danger: true,
    applies: ({ isSelf }) => !isSelf,
    run: async ({ user: { id } }) => (await write(RemoveUser, { input: { id } })).refusal,
  },
]

async function lockOut({ user: { id } }: Subject) {
  return (await write(UpdateUser, { input: { id, banned: true } })).refusal
}
