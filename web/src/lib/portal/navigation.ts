/** The screens of the portal. */
import Building2 from '@lucide/svelte/icons/building-2'
import Network from '@lucide/svelte/icons/network'
import UserRound from '@lucide/svelte/icons/user-round'
import { route } from '#lib/route.ts'

type Page = Pick<URL, 'href' | 'pathname'> & { searchParams: Pick<URLSearchParams, 'get'> }
type Organizations = readonly { id: string; name: string }[]

/** Each organization has a page; the label of the only one needs no name. */
export function portalSections(organizations: Organizations) {
  const isAlone = organizations.length === 1
  const entities = { label: 'My entities', href: route.portal(), icon: Network }
  const own = organizations.map(({ id, name }) => ({
    label: isAlone ? 'My organization' : name,
    href: route.portalOrganization(id),
    icon: Building2,
  }))
  const account = { label: 'My account', href: route.portalAccount(), icon: UserRound }
  if (isAlone) return [{ heading: 'Portal', screens: [entities, ...own, account] }]
  return [
    { heading: 'Portal', screens: [entities, account] },
    { heading: 'My organizations', screens: own },
  ]
}

/** Whether a page belongs to a screen. An address without an id means the first organization. */
export function isCurrentScreen(href: string, page: Page, [first]: Organizations): boolean {
  const { pathname, searchParams } = new URL(href, page.href)
  const id = searchParams.get('id')
  if (id !== null) return page.pathname === pathname && id === (page.searchParams.get('id') || first?.id)
  const isOfEntity = pathname === route.portal() && page.pathname.startsWith(`${pathname}/entity`)
  return page.pathname === pathname || isOfEntity
}
