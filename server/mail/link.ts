/** Addresses of pages of the portal, for e-mails. */
import { FIRST_ANCHOR } from '#store/anchors.ts'

export const accountLink = (consoleUrl: URL): string => new URL('/portal/account', consoleUrl).href

/** The id is the global one of the API, which carries the slug of every anchor but the first. */
export function requestLink(consoleUrl: URL, slug: string, id: number): string {
  const type = slug === FIRST_ANCHOR ? 'Request' : `${slug}/Request`
  const link = new URL('/portal/request', consoleUrl)
  link.searchParams.set('id', Buffer.from(`${type}:${id}`).toString('base64'))
  return link.href
}
