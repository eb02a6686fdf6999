/** Users and API keys. */
import { testsIn } from '#test/requirements/requirement.ts'
import { auditedBesides, type MutationCases, unknownId } from './mutation.ts'

const user = testsIn('server/user')

const wantsRecentSignIn = (mutation: string) =>
  testsIn('server/account')('%s wants a recent sign-in of a session', mutation)
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
    success: testsIn('server/second-factor')(
      'locks nobody in: an administrator removes it, and every session ends',
    ),
    failures: {
      NotFoundError: unknownId('resetSecondFactor'),
      ReauthenticationRequiredError: wantsRecentSignIn('resetSecondFactor'),
    },
    audit: auditedBesides('resetSecondFactor'),
  },
]
