/** Users and API keys, and one's own account. */
import { testsIn } from '#test/requirements/requirement.ts'
import { auditedBesides, type MutationCases, unknownId } from './mutation.ts'

const user = testsIn('server/access/user')
const account = testsIn('server/access/account')
const ownAccount = testsIn('server/access/own-account')
const passkey = testsIn('server/access/passkey')

const wantsRecentSignIn = (mutation: string) =>
  testsIn('server/access/account')('%s wants a recent sign-in of a session', mutation)
const forUsersThatExist = user('are for users that exist, and for whole days')

export const access: readonly MutationCases[] = [
  {
    mutation: 'createUser',
    success: user('are made by an administrator, and only once'),
    failures: {
      InvalidInputError: user('need a password of twelve characters'),
      ConflictError: user('are made by an administrator, and only once'),
      ReauthenticationRequiredError: wantsRecentSignIn('createUser'),
    },
    audit: auditedBesides('createUser'),
  },
  {
    mutation: 'updateUser',
    success: user('lose every way in at once when they are banned'),
    failures: {
      ConflictError: user('always include one administrator'),
      NotFoundError: unknownId('updateUser'),
      ReauthenticationRequiredError: wantsRecentSignIn('updateUser'),
    },
    audit: auditedBesides('updateUser'),
  },
  {
    mutation: 'resetUserPassword',
    success: user('get a new password, which ends what they signed in with before'),
    failures: {
      InvalidInputError: user('get no new password that is too short'),
      NotFoundError: unknownId('resetUserPassword'),
      ReauthenticationRequiredError: wantsRecentSignIn('resetUserPassword'),
    },
    audit: auditedBesides('resetUserPassword'),
  },
  {
    mutation: 'createApiKey',
    success: user('do no more than their role and their owner allow'),
    failures: {
      InvalidInputError: forUsersThatExist,
      NotFoundError: forUsersThatExist,
      ReauthenticationRequiredError: wantsRecentSignIn('createApiKey'),
    },
    audit: auditedBesides('createApiKey'),
  },
  {
    mutation: 'revokeApiKey',
    success: user('end when they are revoked'),
    failures: {
      NotFoundError: unknownId('revokeApiKey'),
      ReauthenticationRequiredError: wantsRecentSignIn('revokeApiKey'),
    },
    audit: auditedBesides('revokeApiKey'),
  },
  {
    mutation: 'resetSecondFactor',
    success: testsIn('server/access/second-factor')(
      'locks nobody in: an administrator removes it, and every session ends',
    ),
    failures: {
      NotFoundError: unknownId('resetSecondFactor'),
      ReauthenticationRequiredError: wantsRecentSignIn('resetSecondFactor'),
    },
    audit: auditedBesides('resetSecondFactor'),
  },
  {
    mutation: 'changePassword',
    success: account('is changed by its owner, whose other sessions end'),
    failures: {
      InvalidInputError: account('is refused when it is %s'),
      ConflictError: ownAccount('changes no password of somebody who signs in elsewhere'),
      ReauthenticationRequiredError: wantsRecentSignIn('changePassword'),
    },
    audit: ownAccount('has one entry of a %s', 'changePassword'),
  },
  {
    mutation: 'disableTwoFactor',
    success: testsIn('server/access/second-factor')('is given up by its owner'),
    failures: {
      ConflictError: ownAccount('gives up no authenticator app where none is set up'),
      ReauthenticationRequiredError: ownAccount('%s wants a recent sign-in', 'disableTwoFactor'),
    },
    audit: ownAccount('has one entry of a %s', 'disableTwoFactor'),
  },
  {
    mutation: 'endSession',
    success: account('are listed, and end one by one or all but the present one'),
    failures: { NotFoundError: account('of others are out of reach') },
    audit: ownAccount('has one entry of a %s', 'endSession'),
  },
  {
    mutation: 'endOtherSessions',
    success: account('are listed, and end one by one or all but the present one'),
    failures: {},
    audit: ownAccount('has one entry of a %s', 'endOtherSessions'),
  },
  {
    mutation: 'renamePasskey',
    success: passkey('is registered, signs in without a password, and is removed'),
    failures: {
      InvalidInputError: ownAccount('refuses "%s" as the name of a passkey'),
      NotFoundError: ownAccount('%s finds no passkey of somebody else, or none', 'renamePasskey'),
    },
    audit: ownAccount('has one entry of a %s', 'renamePasskey'),
  },
  {
    mutation: 'removePasskey',
    success: passkey('is registered, signs in without a password, and is removed'),
    failures: {
      NotFoundError: ownAccount('%s finds no passkey of somebody else, or none', 'removePasskey'),
      ReauthenticationRequiredError: ownAccount('%s wants a recent sign-in', 'removePasskey'),
    },
    audit: ownAccount('has one entry of a %s', 'removePasskey'),
  },
]
