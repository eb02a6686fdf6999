/** The users behind recorded names. */
import DataLoader from 'dataloader'
import type { User } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { callerMay, inInstallation } from '#server/identity/caller.ts'
import { Actor } from '#server/schema/access/actor.ts'
import { UserRef } from '#server/schema/access/user.ts'
import { installationContext } from '#server/schema/anchor-context.ts'
import { scopeField } from '#server/schema/anchor-scope.ts'
import { builder } from '#server/schema/builder.ts'

/** Ask once for all people of a page. */
const readers = new WeakMap<Database, DataLoader<string, User | null>>()

function findUser(db: Database, name: string): Promise<User | null> {
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

builder.objectField(Actor, 'user', (t) =>
  t.field({
    type: UserRef,
    nullable: true,
    description: 'The user; null: none has this username, or the caller does not administer users.',
    resolve: (name, _args, context, info) => {
      const { caller } = context
      if (!caller || !callerMay(inInstallation(caller), 'administer')) return null
      const installation = installationContext(context)
      scopeField(info, installation)
      return findUser(installation.db, name)
    },
  }),
)
