/** Who did something. */
import DataLoader from 'dataloader'
import type { User } from '#prisma/generated/client/client.ts'
import { callerMay, inInstallation } from '#server/identity/caller.ts'
import { installationContext } from '#server/schema/anchor-context.ts'
import { scopeField } from '#server/schema/anchor-scope.ts'
import { builder } from '#server/schema/builder.ts'
import type { Context } from '#server/schema/context.ts'

/** Ask once for all people of a page. */
const readers = new WeakMap<Context['db'], DataLoader<string, User | null>>()

function findUser(name: string, { db }: Context): Promise<User | null> {
  const reader =
    readers.get(db) ??
    new DataLoader<string, User | null>(
      async (names) => {
        const users = await db.user.findMany({ where: { username: { in: [...new Set(names)] } } })
        return names.map((each) => users.find(({ username }) => username === each) ?? null)
      },
      { cache: false },
    )
  readers.set(db, reader)
  return reader.load(name)
}

/** The name, as recorded. */
export const Actor = builder.objectRef<string>('Actor').implement({
  description: 'Who did something: a user, or what acts without one.',
  authScopes: { known: true, member: true },
  fields: (t) => ({
    username: t.string({
      description: 'The username when it was done, or `job:<name>`, `cli:<system user>` or `oidc:<issuer>`.',
      resolve: (name) => name,
    }),
    user: t.prismaField({
      type: 'User',
      nullable: true,
      description: 'The user; null: none has this username, or the caller does not administer users.',
      resolve: (_query, name, _args, context, info) => {
        const { caller } = context
        if (!caller || !callerMay(inInstallation(caller), 'administer')) return null
        const installation = installationContext(context)
        scopeField(info, installation)
        return findUser(name, installation)
      },
    }),
  }),
})
