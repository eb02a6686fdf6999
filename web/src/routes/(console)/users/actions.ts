/** The actions on a user that need a confirmation, with their effects. */
import type { UserFieldsFragment } from '#lib/gql/graphql.ts'
import { write } from '#lib/graphql/client.ts'
import type { Refusal } from '#lib/graphql/refusal.ts'
import { ConfirmPasskey, RemoveUser, ResetSecondFactor, UpdateUser } from './user.ts'

interface UserAction {
  name: 'ban' | 'unban' | 'second-factor' | 'confirm-passkey' | 'remove'
  label: string
  consequence: string
  done: string
  danger: boolean
  /** `isSelf`: the user is the one who looks. */
  applies: (user: UserFieldsFragment, isSelf: boolean) => boolean
  run: (id: string, user: UserFieldsFragment) => Promise<Refusal | undefined>
}

export const userActions: readonly UserAction[] = [
  {
    name: 'ban',
    label: 'Lock out',
    consequence:
      'They are signed out everywhere, cannot sign in, and their API keys stop working. You can undo this.',
    done: 'is locked out.',
    danger: true,
    applies: ({ banned }) => !banned,
    run: async (id) => (await write(UpdateUser, { input: { id, banned: true } })).refusal,
  },
  {
    name: 'unban',
    label: 'Let in again',
    consequence: 'They can sign in with their previous password, and their API keys work again.',
    done: 'can sign in again.',
    danger: false,
    applies: ({ banned }) => banned,
    run: async (id) => (await write(UpdateUser, { input: { id, banned: false } })).refusal,
  },
  {
    name: 'second-factor',
    label: 'Remove the second factor',
    consequence:
      'For a user who lost the phone and the recovery codes. Verify their identity first. They sign in with the password alone until they set up a new second factor.',
    done: 'has no second factor now.',
    danger: true,
    applies: ({ twoFactorEnabled, passkeyCount }, isSelf) =>
      !isSelf && (twoFactorEnabled || passkeyCount > 0),
    run: async (id) => (await write(ResetSecondFactor, { input: { id } })).refusal,
  },
  {
    name: 'confirm-passkey',
    label: 'Confirm passkey',
    consequence:
      'Ask them first, not by e-mail, whether the new passkey in the list is theirs, and since when. It then counts for approvals at once, but not for what you ask for.',
    done: 'has a confirmed passkey.',
    danger: false,
    applies: ({ passkeys }, isSelf) => !isSelf && passkeys.some(({ counts }) => !counts),
    async run(_id, { passkeys }) {
      const young = passkeys.find(({ counts }) => !counts)
      return young && (await write(ConfirmPasskey, { input: { id: young.id } })).refusal
    },
  },
  {
    name: 'remove',
    label: 'Remove user',
    consequence:
      'Their sessions end and their passkeys and API keys stop working for good, also in scripts. The audit log keeps their name. This cannot be undone; to keep the account, lock it out instead.',
    done: 'removed.',
    danger: true,
    applies: (_user, isSelf) => !isSelf,
    run: async (id) => (await write(RemoveUser, { input: { id } })).refusal,
  },
]
