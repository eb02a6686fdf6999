/** What an e-mail links to, and its last lines: why its reader receives it, and how to stop it. */
import { FIRST_ANCHOR } from '#store/anchors.ts'

/** A person who signs in, or a contact that an operator recorded. */
export type Reader =
  | { kind: 'person'; organization: string; accountUrl: string }
  | { kind: 'contact'; organization: string; anchor: string }

export function footerFor(reader: Reader): string[] {
  if (reader.kind === 'person')
    return [
      `You receive this because you act for ${reader.organization}.`,
      `To stop these messages, turn them off in your account: ${reader.accountUrl}`,
    ]
  return [
    `You receive this because this address is a contact of ${reader.organization} at ${reader.anchor}.`,
    `To stop these messages, ask the operators of ${reader.anchor} to remove this address from the contacts of ${reader.organization}.`,
  ]
}

/** Once, to a person who has no account yet. */
export const footerOfInvitation = (enteredBy: string): string[] => [
  `You receive this because ${enteredBy} entered your address.`,
  'If you do not expect it, ignore it: without you, the account stays closed. There is nothing to stop, because it is sent only once.',
]

/** A page of the console, in an anchor. */
export const consoleLink = (consoleUrl: URL, slug: string, path = ''): string =>
  new URL(`/a/${slug}${path}`, consoleUrl).href

/** Where operators choose what they receive. */
export const notificationsLink = (consoleUrl: URL): string =>
  new URL('/account/notifications', consoleUrl).href

export const accountLink = (consoleUrl: URL): string => new URL('/portal/account', consoleUrl).href

/** The id is the global one of the API, which carries the slug of every anchor but the first. */
export function requestLink(consoleUrl: URL, slug: string, id: number): string {
  const type = slug === FIRST_ANCHOR ? 'Request' : `${slug}/Request`
  const link = new URL('/portal/request', consoleUrl)
  link.searchParams.set('id', Buffer.from(`${type}:${id}`).toString('base64'))
  return link.href
}
