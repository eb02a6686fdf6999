/** The subscription to new audit entries. */
import { followEntries } from '#server/live/entries.ts'
import { builder } from '#server/schema/builder.ts'
import { entriesFor } from '#server/services/audit/privacy.ts'

builder.subscriptionField('auditEventRecorded', (t) =>
  t.prismaField({
    type: 'AuditEvent',
    description: 'Each new audit entry from any process, in order, within about a second.',
    authScopes: { read: true },
    subscribe: (_root, _args, context) => {
      const where = entriesFor(context.caller)
      return followEntries(
        context,
        async ({ id }) => (await context.db.auditEvent.count({ where: { id, ...where } })) > 0 && { id },
      )
    },
    resolve: (query, { id }, _args, { db }) => db.auditEvent.findUniqueOrThrow({ ...query, where: { id } }),
  }),
)
