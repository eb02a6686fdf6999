/** The screens of the console in the order of the navigation, each with its parts, which are its tabs. */
import Activity from '@lucide/svelte/icons/activity'
import BadgeCheck from '@lucide/svelte/icons/badge-check'
import Building2 from '@lucide/svelte/icons/building-2'
import Inbox from '@lucide/svelte/icons/inbox'
import LayoutDashboard from '@lucide/svelte/icons/layout-dashboard'
import Network from '@lucide/svelte/icons/network'
import ScrollText from '@lucide/svelte/icons/scroll-text'
import Settings from '@lucide/svelte/icons/settings'
import ShieldUser from '@lucide/svelte/icons/shield-user'
import Waypoints from '@lucide/svelte/icons/waypoints'
import type { Component } from 'svelte'
import { addressIn, anchorIn } from '#lib/anchor/address.ts'
import { route } from '#lib/route.ts'

export interface Part {
  label: string
  /** A shorter label, beside the other parts. */
  tab?: string
  /** Further search words of the palette. */
  words?: string
  /** Visible to administrators of the installation only. */
  isForAdministrators?: true
  href: string
}

export interface Screen {
  label: string
  icon: Component
  /** That of the first part, which every user sees. */
  href: string
  parts: readonly Part[]
}

const screen = (label: string, icon: Component, ...parts: [Part, ...Part[]]): Screen => ({
  label,
  icon,
  href: parts[0].href,
  parts,
})

export const navigation: readonly { heading: string; screens: readonly Screen[] }[] = [
  {
    heading: 'Work',
    screens: [
      screen('Dashboard', LayoutDashboard, {
        label: 'Dashboard',
        href: route.dashboard(),
        words: 'alerts problems expiry expiring',
      }),
      screen('Subordinates', Network, {
        label: 'Subordinates',
        href: route.subordinates(),
        words: 'members entities expiry expiring problems deactivate',
      }),
      screen('Organizations', Building2, {
        label: 'Organizations',
        href: route.organizations(),
        words: 'members contacts people companies',
      }),
      screen(
        'Requests',
        Inbox,
        {
          label: 'Requests',
          href: route.requests(),
          words: 'queue members approve refuse registration change withdrawal',
        },
        {
          label: 'Approvals',
          href: route.approvals(),
          words: 'change requests approve sign passkey protected waiting second person',
        },
        {
          label: 'Checks of requests',
          tab: 'Checks',
          href: route.requestChecks(),
          words: 'rules terms list decision service automatic approval',
        },
      ),
      screen(
        'Trust Marks',
        BadgeCheck,
        { label: 'Trust Marks', href: route.trustMarks(), words: 'revoke renew expiry expiring' },
        { label: 'Trust Mark types', tab: 'Types', href: route.trustMarkTypes() },
      ),
      screen(
        'Explorer',
        Waypoints,
        { label: 'Explorer', href: route.explorer() },
        { label: 'Collection', href: route.collection() },
      ),
      screen('Activity', Activity, {
        label: 'Activity',
        href: route.activity(),
        words: 'renewals imports runs schedules jobs',
      }),
      screen('Audit log', ScrollText, { label: 'Audit log', href: route.audit() }),
    ],
  },
  {
    heading: 'This anchor',
    screens: [
      screen(
        'Settings',
        Settings,
        {
          label: 'Settings',
          tab: 'Overview',
          href: route.settings(),
          words: 'entity configuration trust anchor organization superiors environment',
        },
        { label: 'Metadata policy', href: route.policy() },
        { label: 'Keys', href: route.keys(), words: 'signing rollover rotate revoke retire' },
        { label: 'Endpoints', href: route.endpoints(), words: 'public addresses' },
        { label: 'Publication', href: route.publication(), words: 'entity configuration sign republish' },
      ),
    ],
  },
  {
    heading: 'This installation',
    screens: [
      screen(
        'Administration',
        ShieldUser,
        {
          label: 'Anchors',
          href: route.anchors(),
          words: 'trust anchors intermediates several test production',
        },
        { label: 'Users', href: route.users(), isForAdministrators: true },
        {
          label: 'API keys',
          href: route.apiKeys(),
          words: 'tokens revoke expiry expiring',
          isForAdministrators: true,
        },
        {
          label: 'API',
          href: route.api(),
          words: 'graphql graphiql playground query mutation subscription script rest',
        },
        {
          label: 'Webhooks',
          href: route.webhooks(),
          words: 'events deliveries notifications receivers integration',
          isForAdministrators: true,
        },
        {
          label: 'E-mail',
          href: route.mail(),
          words: 'messages mails email smtp notifications sent',
          isForAdministrators: true,
        },
        {
          label: 'Protection',
          href: route.protection(),
          words: 'two people protected approval four eyes dual control',
        },
      ),
    ],
  },
]

export const screens = navigation.flatMap((section) => section.screens)

/** The dashboard's address is the prefix of all others. */
const contains = ({ href }: Part, pathname: string) =>
  pathname === href || (href !== route.dashboard() && pathname.startsWith(`${href}/`))

/** The part that an address belongs to. */
export const partAt = (pathname: string): Part | undefined =>
  // A part is below the first one of its screen.
  screens.flatMap(({ parts }) => parts).findLast((part) => contains(part, pathname))

export const screenAt = (pathname: string): Screen | undefined =>
  screens.find(({ parts }) => parts.some((part) => contains(part, pathname)))

export const partsFor = ({ parts }: Screen, { mayManage }: { mayManage: boolean }): Part[] =>
  parts.filter(({ isForAdministrators }) => !isForAdministrators || mayManage)

/** The tabs above a part; none above a page below one, and above the only part of a screen. */
export function tabsAt(pathname: string, viewer: { mayManage: boolean }) {
  const screen = screenAt(pathname)
  if (!screen || partAt(pathname)?.href !== pathname || screen.parts.length === 1) return undefined
  const tabs = partsFor(screen, viewer).map(({ label, tab = label, href }) => ({ label: tab, href }))
  return { label: `Parts of ${screen.label}`, tabs }
}

/** The same part in another anchor, whose objects are others; the dashboard, for a part of the installation. */
export function partIn(slug: string, pathname: string): string {
  const address = addressIn(slug, partAt(pathname)?.href ?? '/')
  return anchorIn(address) === slug ? address : addressIn(slug, '/')
}
