/** The subscription to new audit entries. */
import { builder } from '#server/schema/builder.ts'

builder.subscriptionField('auditEventRecorded', (t) =>
  t.prismaField({
    type: 'AuditEvent',
    description: 'Each new audit entry from any process, in order, within about a second.',
    authScopes: { read: true },
    subscribe: (_root, _args, { auditFeed }) => auditFeed.subscribe(),
    resolve: (query, { id }, _args, { db }) => db.auditEvent.findUniqueOrThrow({ ...query, where: { id } }),
  }),
)
