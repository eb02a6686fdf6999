/** Addresses of pages of the console and the portal, for e-mails. */
import { FIRST_ANCHOR } from '#store/anchors.ts'

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
