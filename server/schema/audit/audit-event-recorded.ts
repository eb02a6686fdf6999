/** The subscription that keeps the audit log's page current. */
import { builder } from '#server/schema/builder.ts'

builder.subscriptionField('auditEventRecorded', (t) =>
  t.prismaField({
    type: 'AuditEvent',
    description:
      'Each new entry of the audit log, in order, within a second or so, by whomever and in whichever process it was written.',
    authScopes: { read: true },
    subscribe: (_root, _args, { auditFeed }) => auditFeed.subscribe(),
    resolve: (query, { id }, _args, { db }) => db.auditEvent.findUniqueOrThrow({ ...query, where: { id } }),
  }),
)
