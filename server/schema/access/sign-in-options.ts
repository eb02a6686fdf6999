/** Public options of the sign-in page. */
import { builder } from '#server/schema/builder.ts'
import type { InstallationServices } from '#server/schema/context.ts'

const SignInOptions = builder.objectRef<InstallationServices>('SignInOptions').implement({
  description: 'The sign-in methods besides password and passkey.',
  authScopes: { anyone: true },
  fields: (t) => ({
    singleSignOn: t.string({
      nullable: true,
      description: 'The name of the single sign-on provider; null: none is configured.',
      resolve: ({ singleSignOn }) => singleSignOn?.name ?? null,
    }),
    redirectUrl: t.exposeString('loginRedirectUrl', {
      description: 'Where the browser goes after a sign-in: a URL or a path of the console.',
    }),
  }),
})

builder.queryField('signInOptions', (t) =>
  t.field({
    extensions: { ofInstallation: true },
    type: SignInOptions,
    description: 'The options of the sign-in page.',
    authScopes: { anyone: true },
    resolve: (_root, _args, { installation }) => installation,
  }),
)
