/** Removes users. */
import { failures } from '#server/schema/error.ts'
import { encodeNodeId } from '#server/schema/global-id.ts'
import { textNodeId } from '#server/schema/input.ts'
import { byId } from '#server/schema/input-fields.ts'
import { operation } from '#server/schema/operation.ts'

const { ConflictError, NotFoundError } = failures

operation('removeUser', {
  describes:
    'Removes a user with all sessions, passkeys and invitations, and revokes the user’s API keys. The audit log keeps the username. Neither oneself nor the last administrator can be removed.',
  scope: 'administer',
  ofInstallation: true,
  isSensitive: true,
  input: byId('user', 'The user to remove.'),
  result: ['ID'],
  noun: 'ids',
  errors: [ConflictError, NotFoundError],
  async run(input, context) {
    const {
      caller,
      installation: { accounts },
    } = context
    const user = await accounts.findUserById(textNodeId(input.id, 'User'))
    await accounts.removeUser(caller, user.id)
    return [encodeNodeId('User', user.id, context.anchor)]
  },
})
