/** Removes users. */
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { requireRecentCaller, textNodeId } from '#server/schema/input.ts'

const { ConflictError, NotFoundError, ReauthenticationRequiredError } = failures

const RemoveUserInput = builder.inputType('RemoveUserInput', {
  description: 'The user to remove.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The user’s id.' }) }),
})

builder.mutationField('removeUser', (t) =>
  t.string({
    extensions: { ofInstallation: true },
    description:
      'Removes a user with all sessions, passkeys and invitations, and revokes the user’s API keys. Returns the username; the audit log keeps it. Neither oneself nor the last administrator can be removed.',
    authScopes: { administer: true },
    errors: { types: [ConflictError, NotFoundError, ReauthenticationRequiredError] },
    args: { input: t.arg({ type: RemoveUserInput, required: true, description: 'The user.' }) },
    resolve: async (_root, { input }, context) => {
      const caller = requireRecentCaller(context)
      const user = await context.accounts.findUserById(textNodeId(input.id, 'User'))
      await context.accounts.removeUser(caller, user.id)
      return user.username ?? user.email
    },
  }),
)
