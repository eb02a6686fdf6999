/** Alerts: the list of what needs a person, and what people decide about it. */

import { encodeGlobalID } from '@pothos/plugin-relay'
import { administratorsOnly, alertCodes } from '#server/alerts/alert.ts'
import { type Alert, alertFor } from '#server/alerts/alerts.ts'
import { callerMay, inInstallation } from '#server/identity/caller.ts'
import { Actor } from '#server/schema/access/actor.ts'
import { builder } from '#server/schema/builder.ts'
import type { Context } from '#server/schema/context.ts'
import { failures } from '#server/schema/error.ts'
import { byId } from '#server/schema/input-fields.ts'
import { operation } from '#server/schema/operation.ts'

const { ConflictError, InvalidInputError, NotFoundError } = failures

const AlertSeverity = builder.enumType('AlertSeverity', {
  description: 'How bad an alert is.',
  values: {
    CRITICAL: { description: 'Services are refused now, or will be soon.' },
    WARNING: { description: 'Something needs a person before it becomes critical.' },
  } as const,
})

const AlertCode = builder.enumType('AlertCode', {
  description: 'The kind of an alert.',
  values: Object.fromEntries(
    Object.entries(alertCodes).map(([name, [, description]]) => [
      name,
      { value: name as string, description },
    ]),
  ),
})

export const AlertRef = builder.objectRef<Alert>('Alert').implement({
  description: 'Something that needs a person. It ends when its cause does.',
  authScopes: { read: true },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id, the same for the same matter.' }),
    code: t.expose('code', { type: AlertCode, description: 'Its kind.' }),
    severity: t.expose('severity', { type: AlertSeverity, description: 'How bad it is.' }),
    message: t.exposeString('message', { description: 'What is wrong, and what to do.' }),
    since: t.expose('since', { type: 'DateTime', description: 'Since when it is so.' }),
    size: t.exposeInt('size', { description: 'How many things it is about.' }),
    node: t.node({
      description: 'The object that it is about; null if it is about several or none.',
      id: ({ subject }) => (subject ? encodeGlobalID(subject.typename, subject.key) : null),
    }),
    acknowledgedBy: t.expose('acknowledgedBy', {
      type: Actor,
      nullable: true,
      description: 'Who acknowledged it; null: not acknowledged since it began or became larger.',
    }),
    snoozedUntil: t.expose('snoozedUntil', {
      type: 'DateTime',
      nullable: true,
      description: 'Until when it is not shown first; null if that is over.',
    }),
  }),
})

/** Those that the caller may see: some are about the installation, which the first anchor lists. */
export const listAlerts = async (context: Context) => visible(await context.anchor.alerts.list(), context)

const visible = (alerts: readonly Alert[], context: Context): Alert[] =>
  alerts.filter(({ code }) => maySee(context, code)).map((alert) => alertFor(alert, context.caller?.name))

function maySee({ caller }: Context, code: string): boolean {
  const isAdministrator = caller !== null && callerMay(inInstallation(caller), 'administer')
  return isAdministrator || !administratorsOnly.some((each) => each === code)
}

/** @throws NotFoundError */
function requireVisible(id: string, context: Context): string {
  const [code = ''] = id.split(':', 1)
  if (maySee(context, code)) return id
  throw new NotFoundError('There is no such alert. It may have ended.', 'id')
}

builder.queryField('alerts', (t) =>
  t.field({
    type: [AlertRef],
    nullable: true, // it fails apart from the rest of a document
    description: 'What needs a person: critical alerts first, the oldest first; null beside an error.',
    authScopes: { read: true },
    resolve: (_root, _args, context) => listAlerts(context),
  }),
)

builder.subscriptionField('alertsChanged', (t) =>
  t.field({
    type: [AlertRef],
    description: 'The present alerts, then all of them after each change.',
    authScopes: { read: true },
    subscribe: (_root, _args, { anchor: { alertWatch } }) => alertWatch.follow(),
    resolve: (alerts, _args, context) => visible(alerts, context),
  }),
)

operation('acknowledgeAlert', {
  describes:
    'Acknowledges an alert. This is over when the alert begins again or is about more things. An alert about what people did alone is acknowledged by each other person for herself.',
  scope: 'operate',
  input: byId('alert'),
  result: AlertRef,
  errors: [NotFoundError, ConflictError],
  run: (input, context) =>
    context.anchor.alerts.acknowledge(context.caller, requireVisible(input.id, context)),
})

operation('snoozeAlert', {
  describes:
    'Puts an alert aside for a time. This is over earlier when the alert begins again or is about more things.',
  scope: 'operate',
  input: {
    describes: 'The alert, and for how long.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The alert’s id.' }),
      until: t.field({ type: 'DateTime', required: true, description: 'The end, at most 90 days ahead.' }),
    }),
  },
  result: AlertRef,
  errors: [NotFoundError, InvalidInputError, ConflictError],
  run: (input, context) =>
    context.anchor.alerts.snooze(context.caller, requireVisible(input.id, context), input.until),
})
