/** What the user receives e-mail about, by anchor. */
import { error } from '@sveltejs/kit'
import type { AlertLevel, NotificationFieldsFragment, UpdateNotificationsInput } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import { read, write } from '#lib/graphql/client.ts'
import { mutation } from '#lib/graphql/mutation.ts'

const NotificationsPage = graphql(`
  query NotificationsPage {
    viewer { email account { mail notifications { ...NotificationFields } } }
  }
  fragment NotificationFields on Notifications {
    anchor { slug displayName organizationName } alerts requests approvals mayApprove
  }
`)

const UpdateNotifications = mutation(`UpdateNotifications { notifications { ...NotificationFields } }`)

export type Notifications = NotificationFieldsFragment

export async function readNotifications(fetch: typeof globalThis.fetch) {
  const { viewer } = await read(fetch, NotificationsPage, {})
  if (!viewer?.account) error(401, { message: 'Your session has ended.' })
  return { title: 'Notifications', email: viewer.email, account: viewer.account }
}

export const updateNotifications = (input: UpdateNotificationsInput) => write(UpdateNotifications, { input })

export const alertLevels: readonly (readonly [AlertLevel, string])[] = [
  ['NONE', 'No alerts'],
  ['CRITICAL', 'Critical alerts'],
  ['WARNING', 'Critical alerts and warnings'],
]
