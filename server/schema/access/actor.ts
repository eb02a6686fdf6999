/** Who did something, by the name that was recorded. */
import { builder } from '#server/schema/builder.ts'

export const Actor = builder.objectRef<string>('Actor').implement({
  description: 'Who did something: a user, or what acts without one.',
  authScopes: { known: true, member: true },
  fields: (t) => ({
    username: t.string({
      description: 'The username when it was done, or `job:<name>`, `cli:<system user>` or `oidc:<issuer>`.',
      resolve: (name) => name,
    }),
  }),
})
