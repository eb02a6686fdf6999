/** The one subscription that a console needs to keep what it shows current. */
import { type Change, followChanges } from '#server/live/changes.ts'
import { builder } from '#server/schema/builder.ts'

const ChangeSubject = builder.enumType('ChangeSubject', {
  description: 'What a change is about.',
  values: {
    AUDIT_EVENT: { description: 'The audit log has a new entry, which says what was changed.' },
    SUBORDINATE: { description: 'A subordinate was changed, or a renewal of it succeeded or failed.' },
    RUN: { description: 'A run began, went on or ended.' },
  } as const,
})

const ChangeRef = builder.objectRef<Change>('Change').implement({
  description: 'That something changed, for those who read it anew.',
  authScopes: { read: true },
  fields: (t) => ({
    about: t.expose('about', { type: ChangeSubject, description: 'What it is about.' }),
    auditEvent: t.prismaField({
      type: 'AuditEvent',
      nullable: true,
      description: 'The new entry of the audit log; null when it is about something else.',
      resolve: (query, change, _args, { db }) =>
        change.about === 'AUDIT_EVENT'
          ? db.auditEvent.findUnique({ ...query, where: { id: change.auditEventId } })
          : null,
    }),
  }),
})

builder.subscriptionField('changed', (t) =>
  t.field({
    type: ChangeRef,
    description:
      'Each change of whatever is shown in a console, by whomever and in whichever process it was made: subordinateChanged, runsChanged and auditEventRecorded over one connection.',
    authScopes: { read: true },
    subscribe: (_root, _args, context) => followChanges(context),
    resolve: (change) => change,
  }),
)
