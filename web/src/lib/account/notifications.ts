/** What the user receives e-mail about, by anchor. */
import { error } from '@sveltejs/kit'
import type { AlertLevel, NotificationFieldsFragment, UpdateNotificationsInput } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import { read, write } from '#lib/graphql/client.ts'

const NotificationsPage = graphql(`
  query NotificationsPage {
    viewer { email account { mail notifications { ...NotificationFields } } }
  }
  fragment NotificationFields on Notifications {
    anchor { slug displayName organizationName } alerts requests approvals mayApprove
  }
`)

const UpdateNotifications = graphql(`
  mutation UpdateNotifications($input: UpdateNotificationsInput!) {
    updateNotifications(input: $input) {
      __typename
      ... on UpdateNotificationsSuccess { notifications { ...NotificationFields } }
      ...Refusal
    }
  }
`)

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
