/** The single subscription that keeps a console current. */
import { type Change, followChanges } from '#server/live/changes.ts'
import { readOnce } from '#server/live/shared-read.ts'
import { builder } from '#server/schema/builder.ts'
import { entriesFor } from '#server/services/audit/privacy.ts'

const HOUR_MS = 3_600_000

const ChangeSubject = builder.enumType('ChangeSubject', {
  description: 'The subject of a change.',
  values: {
    AUDIT_EVENT: { description: 'A new audit entry.' },
    SUBORDINATE: { description: 'A subordinate was changed, or its renewal succeeded or failed.' },
    RUN: { description: 'A run started, progressed or ended.' },
  } as const,
})

const ChangeRef = builder.objectRef<Change>('Change').implement({
  description: 'A notification of a change, for clients that read the data again.',
  authScopes: { read: true },
  fields: (t) => ({
    about: t.expose('about', { type: ChangeSubject, description: 'The subject.' }),
    auditEvent: t.prismaField({
      type: 'AuditEvent',
      nullable: true,
      description: 'The new audit entry; null for other subjects, and where the caller may not read it.',
      resolve: (query, change, _args, { db, caller }) => {
        if (change.about !== 'AUDIT_EVENT') return null
        const readable = entriesFor(caller)
        const where = { id: change.entry.id, ...readable }
        return readOnce(change.entry, [query, readable], () => db.auditEvent.findUnique({ ...query, where }))
      },
    }),
  }),
})

builder.subscriptionField('changed', (t) =>
  t.field({
    type: ChangeRef,
    description:
      'Every change that a console shows, from any process: subordinateChanged, runsChanged and auditEventRecorded over one connection.',
    authScopes: { read: true },
    args: {
      lastMilliseconds: t.arg.int({
        description:
          'Starts with the audit entries of as many last milliseconds, at most an hour: what a client may have missed since it began to read.',
      }),
    },
    subscribe: (_root, { lastMilliseconds }, context) =>
      followChanges(
        context.anchor,
        lastMilliseconds == null ? undefined : Math.min(Math.max(lastMilliseconds, 0), HOUR_MS),
      ),
    resolve: (change) => change,
  }),
)
