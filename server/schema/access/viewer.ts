/** Who is asking, and what they may do. */

import { type Caller, callerMay } from '#server/identity/caller.ts'
import { roles } from '#server/identity/roles.ts'
import { AccountRef } from '#server/schema/access/account.ts'
import { builder } from '#server/schema/builder.ts'

const descriptions = {
  viewer: 'Reads.',
  operator: 'Also registers subordinates and issues Trust Marks.',
  admin: 'Also changes settings, keys, users and API keys.',
} as const

export const RoleEnum = builder.enumType('Role', {
  description: 'What a user or an API key may do.',
  values: Object.fromEntries(
    roles.map((role) => [role.toUpperCase(), { value: role, description: descriptions[role] }]),
  ),
})

const AuthenticationMethod = builder.enumType('AuthenticationMethod', {
  description: 'How the caller showed who they are.',
  values: {
    SESSION: { value: 'session', description: 'A session cookie, after signing in.' },
    API_KEY: { value: 'api_key', description: 'An API key in X-API-Key or Authorization.' },
  } as const,
})

const Viewer = builder.objectRef<Caller>('Viewer').implement({
  description: 'The signed-in user, or the owner of the API key.',
  authScopes: { anyone: true },
  fields: (t) => ({
    username: t.exposeString('name', { description: 'The name to sign in with.' }),
    name: t.exposeString('displayName', { description: 'The name to show.' }),
    email: t.exposeString('email', { description: 'The e-mail address.' }),
    role: t.field({
      type: RoleEnum,
      description: 'The role in force for this request.',
      resolve: ({ role }) => role,
    }),
    method: t.field({
      type: AuthenticationMethod,
      description: 'How this request was authenticated.',
      resolve: ({ method }) => (method === 'api_key' ? 'api_key' : 'session'),
    }),
    mayOperate: t.boolean({
      description: 'May register subordinates and issue Trust Marks.',
      resolve: (caller) => callerMay(caller, 'operate'),
    }),
    mayAdminister: t.boolean({
      description: 'May change settings, keys and users.',
      resolve: (caller) => callerMay(caller, 'administer'),
    }),
    lacksSecondFactor: t.boolean({
      description: 'The role needs a second factor, and none is set up: until then nothing else is allowed.',
      resolve: ({ lacksSecondFactor }) => lacksSecondFactor ?? false,
    }),
    account: t.field({
      type: AccountRef,
      nullable: true,
      description: 'The caller’s own ways to sign in; null for an API key.',
      resolve: ({ session }) => session ?? null,
    }),
  }),
})

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    nullable: true,
    description: 'Who is asking; null when nobody is signed in.',
    authScopes: { anyone: true },
    resolve: (_root, _args, { caller }) => caller,
  }),
)
