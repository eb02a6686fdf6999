/** The organizations of a user, as administrators see them beside the roles. */

import { UserRef } from '#server/schema/access/user.ts'
import { builder } from '#server/schema/builder.ts'
import { OrganizationRef } from '#server/schema/organization/organization.ts'

builder.prismaObjectField(UserRef, 'organizations', (t) =>
  t.field({
    type: [OrganizationRef],
    description: 'The organizations for which the user acts, by name.',
    select: (_args, _context, nestedSelection) => ({
      organizations: {
        orderBy: [{ organization: { name: 'asc' } }, { organizationId: 'asc' }],
        select: { organization: nestedSelection() },
      },
    }),
    resolve: ({ organizations }) => organizations.map(({ organization }) => organization),
  }),
)
