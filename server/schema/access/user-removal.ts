/** Removes users. */
import { failures } from '#server/schema/error.ts'
import { textNodeId } from '#server/schema/input.ts'
import { byId } from '#server/schema/input-fields.ts'
import { operation } from '#server/schema/operation.ts'

const { ConflictError, NotFoundError } = failures

operation('removeUser', {
  describes:
    'Removes a user with all sessions, passkeys and invitations, and revokes the user’s API keys. Returns the username; the audit log keeps it. Neither oneself nor the last administrator can be removed.',
  scope: 'administer',
  ofInstallation: true,
  isSensitive: true,
  input: byId('user', 'The user to remove.'),
  result: 'String',
  errors: [ConflictError, NotFoundError],
  async run(input, { caller, accounts }) {
    const user = await accounts.findUserById(textNodeId(input.id, 'User'))
    await accounts.removeUser(caller, user.id)
    return user.username ?? user.email
  },
})
