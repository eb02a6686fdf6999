/** The caller and its rights. */
import { anchorsOf } from '#server/anchors/access.ts'
import { type Caller, callerMay, hasRole, inInstallation } from '#server/identity/caller.ts'
import { roles } from '#server/identity/roles.ts'
import type { FactorStep } from '#server/identity/strength.ts'
import { AccountRef } from '#server/schema/access/account.ts'
import { contextIn } from '#server/schema/anchor-context.ts'
import { builder } from '#server/schema/builder.ts'

const descriptions = {
  viewer: 'Reads.',
  operator: 'Also registers subordinates and issues Trust Marks.',
  admin: 'Also changes settings, keys, users and API keys.',
} as const

export const RoleEnum = builder.enumType('Role', {
  description: 'The role of a user or an API key.',
  values: Object.fromEntries(
    roles.map((role) => [role.toUpperCase(), { value: role, description: descriptions[role] }]),
  ),
})

export const PasswordChangeEnum = builder.enumType('PasswordChange', {
  description: 'Whether a user should choose a new password.',
  values: {
    NONE: { description: 'No.' },
    ASKED: { description: 'The console asks for one, and the user may decline.' },
    REQUIRED: {
      description:
        'Until then, mutations other than those of the user’s own account are refused with PASSWORD_CHANGE_REQUIRED. Does not affect API keys.',
    },
  } as const,
})

const FactorStepEnum = builder.enumType('FactorStep', {
  description: 'What a session lacks. Until then other operations are refused with SECOND_FACTOR_REQUIRED.',
  values: {
    SET_UP: { description: 'A second factor is required and none is set up.' },
    USE_CODE: {
      description: 'The account has an authenticator app: sign in with the password and a code.',
    },
    USE_PASSKEY: { description: 'The account has a passkey: sign in with it.' },
  } satisfies Record<FactorStep, { description: string }>,
})

const AuthenticationMethod = builder.enumType('AuthenticationMethod', {
  description: 'How the caller authenticated.',
  values: {
    SESSION: { value: 'session', description: 'A session cookie, after signing in.' },
    API_KEY: { value: 'api_key', description: 'An API key in X-API-Key or Authorization.' },
  } as const,
})

export const ViewerRef = builder.objectRef<Caller>('Viewer').implement({
  description: 'The signed-in user, or the owner of the API key.',
  authScopes: { anyone: true },
  fields: (t) => ({
    username: t.exposeString('name', { description: 'The username.' }),
    name: t.exposeString('displayName', { description: 'The display name.' }),
    email: t.exposeString('email', { description: 'The e-mail address.' }),
    role: t.expose('role', {
      type: RoleEnum,
      nullable: true,
      description: 'The role for this request; null: none, in the installation or the named anchor.',
    }),
    hasRole: t.boolean({
      description:
        'Whether the caller has a role in the installation or in any anchor. If not, it only acts for `organizations`.',
      resolve: hasRole,
    }),
    method: t.field({
      type: AuthenticationMethod,
      description: 'How this request was authenticated.',
      resolve: ({ method }) => (method === 'api_key' ? 'api_key' : 'session'),
    }),
    mayOperate: t.boolean({
      description: 'Whether the caller may register subordinates and issue Trust Marks.',
      resolve: (caller) => callerMay(caller, 'operate'),
    }),
    mayAdminister: t.boolean({
      description: 'Whether the caller may change settings, keys and users.',
      resolve: (caller) => callerMay(caller, 'administer'),
    }),
    mayManage: t.boolean({
      description: 'Whether the caller may manage the installation: its anchors, users and API keys.',
      resolve: (caller) => callerMay(inInstallation(caller), 'administer'),
    }),
    lacksSecondFactor: t.boolean({
      description: 'A second factor is required and none is set up. Nothing else is allowed until then.',
      resolve: ({ factorStep }) => factorStep === 'SET_UP',
    }),
    factorStep: t.field({
      type: FactorStepEnum,
      nullable: true,
      description:
        'What is needed before anything else: to set up a second factor or to use the one that the account has; null: nothing.',
      resolve: ({ factorStep }) => factorStep ?? null,
    }),
    passwordChange: t.field({
      type: PasswordChangeEnum,
      description: 'Whether the caller should choose a new password; NONE for an API key.',
      resolve: ({ passwordChange }) => passwordChange ?? 'NONE',
    }),
    account: t.field({
      type: AccountRef,
      nullable: true,
      description:
        'The caller’s own sign-in methods; null for an API key, and refused while `factorStep` says to use a factor.',
      resolve: ({ session }) => session ?? null,
    }),
  }),
})

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerRef,
    nullable: true,
    description: 'The caller; null without valid credentials.',
    authScopes: { anyone: true },
    extensions: { ofInstallation: true },
    args: {
      anchor: t.arg.string({
        description:
          'For its rights in this anchor. Without it, for those in the only anchor in which it has a role, or else in the installation.',
      }),
    },
    resolve: (_root, { anchor }, context) => {
      const named = anchor ?? context.call.namedAnchor
      const isOfOne = named !== undefined || anchorsOf(context).length === 1
      return context.caller && isOfOne ? contextIn(context, named).caller : context.caller
    },
  }),
)
