/** The subscription to new audit entries. */
import { followEntries } from '#server/live/audit-feed.ts'
import { readOnce } from '#server/live/shared-read.ts'
import { builder } from '#server/schema/builder.ts'
import { entriesFor } from '#server/services/audit/privacy.ts'

builder.subscriptionField('auditEventRecorded', (t) =>
  t.prismaField({
    type: 'AuditEvent',
    description: 'Each new audit entry from any process, in order, within about a second.',
    authScopes: { read: true },
    subscribe: (_root, _args, context) => {
      const readable = entriesFor(context.caller)
      return followEntries(context.anchor, async (entry) => {
        const where = { id: entry.id, ...readable }
        const count = await readOnce(entry, readable, () => context.db.auditEvent.count({ where }))
        return count > 0 && entry
      })
    },
    resolve: (query, entry, _args, { db }) =>
      readOnce(entry, [query], () => db.auditEvent.findUniqueOrThrow({ ...query, where: { id: entry.id } })),
  }),
)
