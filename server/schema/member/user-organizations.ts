/** The organizations of a user, as administrators see them beside the roles. */
import { UserRef } from '#server/schema/access/user.ts'
import { builder } from '#server/schema/builder.ts'

builder.prismaObjectField(UserRef, 'organizations', (t) =>
  t.stringList({
    description: 'The names of the organizations for which the user acts, by name.',
    select: {
      organizations: {
        orderBy: [{ organization: { name: 'asc' } }, { organizationId: 'asc' }],
        select: { organization: { select: { name: true } } },
      },
    },
    resolve: ({ organizations }) => organizations.map(({ organization }) => organization.name),
  }),
)
