/** Mutations of the caller's own account. Changes of sign-in methods require a recent sign-in. */
import { AccountRef } from '#server/schema/access/account.ts'
import { failures } from '#server/schema/error.ts'
import { requireRecentSession, requireSession } from '#server/schema/input.ts'
import { byId } from '#server/schema/input-fields.ts'
import { operation } from '#server/schema/operation.ts'

const { InvalidInputError, ConflictError, NotFoundError, ReauthenticationRequiredError, UnavailableError } =
  failures

operation('endSession', {
  describes: 'Ends another session of the caller.',
  scope: 'ownAccount',
  ofInstallation: true,
  input: byId('session', 'The session to end.'),
  result: AccountRef,
  errors: [NotFoundError],
  async run(input, context) {
    const who = requireSession(context)
    await context.installation.ownAccount.endSession(who, input.id)
    return who.session
  },
})

operation('endOtherSessions', {
  describes: 'Ends all other sessions of the caller.',
  scope: 'ownAccount',
  ofInstallation: true,
  result: AccountRef,
  errors: [UnavailableError],
  async run(_input, context) {
    const who = requireSession(context)
    await context.installation.ownAccount.endOtherSessions(who)
    return who.session
  },
})

operation('changePassword', {
  describes: 'Sets the caller’s password and ends the caller’s other sessions.',
  scope: 'ownAccount',
  ofInstallation: true,
  input: {
    describes: 'The new password of the caller.',
    fields: (t) => ({
      newPassword: t.string({ required: true, description: 'The new password, at least 12 characters.' }),
    }),
  },
  result: AccountRef,
  errors: [InvalidInputError, ConflictError, ReauthenticationRequiredError],
  async run(input, context) {
    const who = requireRecentSession(context)
    await context.installation.ownAccount.changePassword(who, input.newPassword)
    return who.session
  },
})

operation('updateMail', {
  describes: 'Turns e-mail about changes on or off for the caller.',
  scope: 'ownAccount',
  ofInstallation: true,
  input: {
    describes: 'Whether the caller receives e-mail.',
    fields: (t) => ({
      enabled: t.boolean({
        required: true,
        description:
          'Whether the caller receives e-mail about changes. Always sent: invitations, and to administrators the alert about a change without a second person.',
      }),
    }),
  },
  result: AccountRef,
  errors: [UnavailableError],
  async run(input, context) {
    const who = requireSession(context)
    await context.installation.ownAccount.setMail(who, input.enabled)
    return who.session
  },
})

operation('disableTwoFactor', {
  describes: 'Removes the authenticator app and the recovery codes.',
  scope: 'ownAccount',
  ofInstallation: true,
  result: AccountRef,
  errors: [ConflictError, ReauthenticationRequiredError],
  async run(_input, context) {
    const who = requireRecentSession(context)
    await context.installation.ownAccount.disableTwoFactor(who)
    return who.session
  },
})

operation('renamePasskey', {
  describes: 'Renames a passkey.',
  scope: 'ownAccount',
  ofInstallation: true,
  input: {
    describes: 'A name for a passkey.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The passkey’s id.' }),
      name: t.string({ required: true, description: 'The name of the passkey.' }),
    }),
  },
  result: AccountRef,
  errors: [InvalidInputError, NotFoundError],
  async run(input, context) {
    const who = requireSession(context)
    await context.installation.ownAccount.renamePasskey(who, input.id, input.name)
    return who.session
  },
})

operation('removePasskey', {
  describes:
    'Removes a passkey. It can no longer be used to sign in. Refused while changes are protected, if fewer than two people could approve without it.',
  scope: 'ownAccount',
  ofInstallation: true,
  input: byId('passkey', 'The passkey to remove.'),
  result: AccountRef,
  errors: [ConflictError, NotFoundError, ReauthenticationRequiredError],
  async run(input, context) {
    const who = requireRecentSession(context)
    await context.installation.ownAccount.removePasskey(who, input.id)
    return who.session
  },
})
