/** The screens of the portal. */
import Building2 from '@lucide/svelte/icons/building-2'
import Inbox from '@lucide/svelte/icons/inbox'
import Network from '@lucide/svelte/icons/network'
import UserRound from '@lucide/svelte/icons/user-round'
import { route } from '#lib/route.ts'

type Page = Pick<URL, 'href' | 'pathname'> & { searchParams: Pick<URLSearchParams, 'get'> }
type Organizations = readonly { id: string; name: string }[]

/** Each organization has a page; the label of the only one needs no name. `waiting`: requests that wait for the member. */
export function portalSections(organizations: Organizations, waiting: number) {
  const isAlone = organizations.length === 1
  const entities = { label: 'My entities', href: route.portal(), icon: Network }
  const requests = {
    label: 'Requests',
    href: route.portalRequests(),
    icon: Inbox,
    ...(waiting > 0 && { count: { value: waiting, what: 'waiting for you' } }),
  }
  const own = organizations.map(({ id, name }) => ({
    label: isAlone ? 'My organization' : name,
    href: route.portalOrganization(id),
    icon: Building2,
  }))
  const account = { label: 'My account', href: route.portalAccount(), icon: UserRound }
  if (isAlone) return [{ heading: 'Portal', screens: [entities, requests, ...own, account] }]
  return [
    { heading: 'Portal', screens: [entities, requests, account] },
    { heading: 'My organizations', screens: own },
  ]
}

/** The pages below a screen. */
const partsOf: Readonly<Record<string, RegExp>> = {
  [route.portal()]: /^\/portal\/(?:entity(?:\/|$)|register$)/,
  [route.portalRequests()]: /^\/portal\/request$/,
}

/** Whether a page belongs to a screen. An address without an id means the first organization. */
export function isCurrentScreen(href: string, page: Page, [first]: Organizations): boolean {
  const { pathname, searchParams } = new URL(href, page.href)
  const id = searchParams.get('id')
  if (id !== null) return page.pathname === pathname && id === (page.searchParams.get('id') || first?.id)
  return page.pathname === pathname || (partsOf[pathname]?.test(page.pathname) ?? false)
}
