/** What the caller receives e-mail about, by anchor. */

import { anchorsOf, findAnchor } from '#server/anchors/access.ts'
import type { NotificationPlace, OwnRule } from '#server/auth/notifications.ts'
import { callerIn } from '#server/identity/caller.ts'
import { mayDo } from '#server/identity/roles.ts'
import { AccountRef } from '#server/schema/access/account.ts'
import { builder } from '#server/schema/builder.ts'
import type { Context } from '#server/schema/context.ts'
import { failures } from '#server/schema/error.ts'
import { requireSession } from '#server/schema/input.ts'
import { operation } from '#server/schema/operation.ts'
import { requiredAnchor } from '#server/schema/trust-anchor/anchor-edge.ts'
import { TrustAnchor } from '#server/schema/trust-anchor/trust-anchor.ts'
import { type AlertLevel, alertLevels } from '#server/services/mail/notification.ts'

const { InvalidInputError } = failures

const AlertLevelEnum = builder.enumType('AlertLevel', {
  description: 'The alerts that are sent by e-mail.',
  values: Object.fromEntries(
    Object.entries(alertLevels).map(([name, description]) => [name, { description }]),
  ) as Record<AlertLevel, { description: string }>, // of the same names
})

const kinds = {
  requests:
    'Requests of organizations, new ones and those that wait again: at most one message in half an hour.',
  approvals:
    'Decisions that wait for operators: changes that a second person approves, and steps of a key rollover. False for viewers.',
}

const NotificationsRef = builder.objectRef<OwnRule>('Notifications').implement({
  description: 'What the caller receives e-mail about in an anchor, while `Account.mail` is on.',
  authScopes: { ownAccount: true },
  fields: (t) => ({
    anchor: t.field({
      type: TrustAnchor,
      description: 'The anchor.',
      resolve: ({ slug }, _args, context, info) => requiredAnchor(slug, context, info),
    }),
    alerts: t.expose('alerts', { type: AlertLevelEnum, description: 'Alerts.' }),
    requests: t.exposeBoolean('requests', { description: kinds.requests }),
    approvals: t.exposeBoolean('approvals', { description: kinds.approvals }),
    mayApprove: t.boolean({
      description: 'Whether the role of the caller decides, so that `approvals` can be on.',
      resolve: ({ role }) => mayDo(role, 'operate'),
    }),
  }),
})

builder.objectField(AccountRef, 'notifications', (t) =>
  t.field({
    type: [NotificationsRef],
    description:
      'What the user receives e-mail about, for each anchor in which the user has a role: by default critical alerts and decisions, if the user may operate there. Administrators always learn of a change without a second person.',
    resolve: ({ userId }, _args, context) =>
      Promise.all(
        placesOf(context).map((place) => context.installation.ownAccount.readNotifications(userId, place)),
      ),
  }),
)

operation('updateNotifications', {
  describes: 'Changes what the caller receives e-mail about in an anchor. Takes a role there.',
  scope: { $all: { ownAccount: true, known: true } },
  ofInstallation: true,
  input: {
    describes: 'What the caller receives e-mail about in an anchor. Absent values stay.',
    fields: (t) => ({
      anchor: t.string({ required: true, description: 'The slug or Entity Identifier of the anchor.' }),
      alerts: t.field({ type: AlertLevelEnum, description: 'Alerts.' }),
      requests: t.boolean({ description: kinds.requests }),
      approvals: t.boolean({ description: kinds.approvals }),
    }),
  },
  result: NotificationsRef,
  errors: [InvalidInputError],
  run({ anchor, alerts, requests, approvals }, context) {
    const { slug } = findAnchor(context, anchor)
    const place = placesOf(context).find((each) => each.slug === slug)
    if (!place) throw new TypeError('findAnchor finds those with a role.')
    return context.installation.ownAccount.updateNotifications(requireSession(context), place, {
      ...(alerts != null && { alerts }),
      ...(requests != null && { requests }),
      ...(approvals != null && { approvals }),
    })
  },
})

/** Without a required second factor, none. */
function placesOf({ anchors, caller }: Pick<Context, 'anchors' | 'caller'>): NotificationPlace[] {
  if (!caller || caller.factorStep) return []
  return anchorsOf({ anchors, caller }).flatMap((anchor) => {
    const { role } = callerIn(caller, anchor)
    return role === null ? [] : { slug: anchor.slug, role }
  })
}
