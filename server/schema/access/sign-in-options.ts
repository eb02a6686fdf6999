/** What the sign-in page offers; everybody may know it. */
import { builder } from '#server/schema/builder.ts'
import type { Context } from '#server/schema/context.ts'

const SignInOptions = builder.objectRef<Context>('SignInOptions').implement({
  description: 'The ways to sign in here, besides a password and a passkey.',
  authScopes: { anyone: true },
  fields: (t) => ({
    singleSignOn: t.string({
      nullable: true,
      description: 'The name of the single sign-on provider; null when none is configured.',
      resolve: ({ singleSignOn }) => singleSignOn?.name ?? null,
    }),
    redirectUrl: t.string({
      description: 'Where to go once somebody is signed in: an address, or a path of the console.',
      resolve: ({ loginRedirectUrl }) => loginRedirectUrl,
    }),
  }),
})

builder.queryField('signInOptions', (t) =>
  t.field({
    type: SignInOptions,
    description: 'How one can sign in.',
    authScopes: { anyone: true },
    resolve: (_root, _args, context) => context,
  }),
)
