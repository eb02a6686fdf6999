/** Mutations of the caller's own account. Changes of sign-in methods require a recent sign-in. */
import { AccountRef } from '#server/schema/access/account.ts'
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { requireRecentSession, requireSession } from '#server/schema/input.ts'

const { InvalidInputError, ConflictError, NotFoundError, ReauthenticationRequiredError } = failures

const EndSessionInput = builder.inputType('EndSessionInput', {
  description: 'The session to end.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The session’s id.' }) }),
})

const ChangePasswordInput = builder.inputType('ChangePasswordInput', {
  description: 'The new password of the caller.',
  fields: (t) => ({
    newPassword: t.string({ required: true, description: 'The new password, at least 12 characters.' }),
  }),
})

const RenamePasskeyInput = builder.inputType('RenamePasskeyInput', {
  description: 'A name for a passkey.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The passkey’s id.' }),
    name: t.string({ required: true, description: 'The name of the passkey.' }),
  }),
})

const RemovePasskeyInput = builder.inputType('RemovePasskeyInput', {
  description: 'The passkey to remove.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The passkey’s id.' }) }),
})

const UpdateMailInput = builder.inputType('UpdateMailInput', {
  description: 'Whether the caller receives e-mail.',
  fields: (t) => ({
    enabled: t.boolean({
      required: true,
      description:
        'Whether the caller receives e-mail about changes. Always sent: invitations, and to administrators the alert about a change without a second person.',
    }),
  }),
})

builder.mutationFields((t) => ({
  endSession: t.field({
    extensions: { ofInstallation: true },
    type: AccountRef,
    description: 'Ends another session of the caller.',
    authScopes: { ownAccount: true },
    errors: { types: [NotFoundError] },
    args: { input: t.arg({ type: EndSessionInput, required: true, description: 'The session.' }) },
    resolve: async (_root, { input }, context) => {
      const who = requireSession(context)
      await context.ownAccount.endSession(who, input.id)
      return who.session
    },
  }),
  endOtherSessions: t.field({
    extensions: { ofInstallation: true },
    type: AccountRef,
    description: 'Ends all other sessions of the caller.',
    authScopes: { ownAccount: true },
    resolve: async (_root, _args, context) => {
      const who = requireSession(context)
      await context.ownAccount.endOtherSessions(who)
      return who.session
    },
  }),
  changePassword: t.field({
    extensions: { ofInstallation: true },
    type: AccountRef,
    description: 'Sets the caller’s password and ends the caller’s other sessions.',
    authScopes: { ownAccount: true },
    errors: { types: [InvalidInputError, ConflictError, ReauthenticationRequiredError] },
    args: { input: t.arg({ type: ChangePasswordInput, required: true, description: 'The password.' }) },
    resolve: async (_root, { input }, context) => {
      const who = requireRecentSession(context)
      await context.ownAccount.changePassword(who, input.newPassword)
      return who.session
    },
  }),
  updateMail: t.field({
    extensions: { ofInstallation: true },
    type: AccountRef,
    description: 'Turns e-mail about changes on or off for the caller.',
    authScopes: { ownAccount: true },
    args: { input: t.arg({ type: UpdateMailInput, required: true, description: 'On or off.' }) },
    resolve: async (_root, { input }, context) => {
      const who = requireSession(context)
      await context.ownAccount.setMail(who, input.enabled)
      return who.session
    },
  }),
  disableTwoFactor: t.field({
    extensions: { ofInstallation: true },
    type: AccountRef,
    description: 'Removes the authenticator app and the recovery codes.',
    authScopes: { ownAccount: true },
    errors: { types: [ConflictError, ReauthenticationRequiredError] },
    resolve: async (_root, _args, context) => {
      const who = requireRecentSession(context)
      await context.ownAccount.disableTwoFactor(who)
      return who.session
    },
  }),
  renamePasskey: t.field({
    extensions: { ofInstallation: true },
    type: AccountRef,
    description: 'Renames a passkey.',
    authScopes: { ownAccount: true },
    errors: { types: [InvalidInputError, NotFoundError] },
    args: {
      input: t.arg({ type: RenamePasskeyInput, required: true, description: 'The passkey and its name.' }),
    },
    resolve: async (_root, { input }, context) => {
      const who = requireSession(context)
      await context.ownAccount.renamePasskey(who, input.id, input.name)
      return who.session
    },
  }),
  removePasskey: t.field({
    extensions: { ofInstallation: true },
    type: AccountRef,
    description:
      'Removes a passkey. It can no longer be used to sign in. Refused while changes are protected, if fewer than two people could approve without it.',
    authScopes: { ownAccount: true },
    errors: { types: [ConflictError, NotFoundError, ReauthenticationRequiredError] },
    args: { input: t.arg({ type: RemovePasskeyInput, required: true, description: 'The passkey.' }) },
    resolve: async (_root, { input }, context) => {
      const who = requireRecentSession(context)
      await context.ownAccount.removePasskey(who, input.id)
      return who.session
    },
  }),
}))
