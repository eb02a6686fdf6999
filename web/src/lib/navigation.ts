/** The screens of the console, in the order of the navigation. */

import Activity from '@lucide/svelte/icons/activity'
import Anchor from '@lucide/svelte/icons/anchor'
import Award from '@lucide/svelte/icons/award'
import BadgeCheck from '@lucide/svelte/icons/badge-check'
import BookUser from '@lucide/svelte/icons/book-user'
import Braces from '@lucide/svelte/icons/braces'
import Building2 from '@lucide/svelte/icons/building-2'
import Inbox from '@lucide/svelte/icons/inbox'
import KeyRound from '@lucide/svelte/icons/key-round'
import KeySquare from '@lucide/svelte/icons/key-square'
import LayoutDashboard from '@lucide/svelte/icons/layout-dashboard'
import ListChecks from '@lucide/svelte/icons/list-checks'
import Mail from '@lucide/svelte/icons/mail'
import Network from '@lucide/svelte/icons/network'
import Scale from '@lucide/svelte/icons/scale'
import ScrollText from '@lucide/svelte/icons/scroll-text'
import Settings from '@lucide/svelte/icons/settings'
import Stamp from '@lucide/svelte/icons/stamp'
import Users from '@lucide/svelte/icons/users'
import Waypoints from '@lucide/svelte/icons/waypoints'
import Webhook from '@lucide/svelte/icons/webhook'
import type { Component } from 'svelte'
import { route } from '#lib/route.ts'

export interface Screen {
  label: string
  /** Further search words of the palette. */
  words?: string
  /** Visible to administrators of the installation only. */
  isForAdministrators?: true
  href: string
  icon: Component
}

export const navigation: readonly { heading: string; screens: readonly Screen[] }[] = [
  {
    heading: 'Federation',
    screens: [
      {
        label: 'Dashboard',
        href: route.dashboard(),
        icon: LayoutDashboard,
        words: 'alerts problems expiry expiring',
      },
      {
        label: 'Subordinates',
        href: route.subordinates(),
        icon: Network,
        words: 'members entities expiry expiring problems deactivate',
      },
      {
        label: 'Organizations',
        href: route.organizations(),
        icon: Building2,
        words: 'members contacts people companies',
      },
      {
        label: 'Requests',
        href: route.requests(),
        icon: Inbox,
        words: 'queue members approve refuse registration change withdrawal',
      },
      { label: 'Explorer', href: route.explorer(), icon: Waypoints },
      { label: 'Collection', href: route.collection(), icon: BookUser },
      { label: 'Activity', href: route.renewals(), icon: Activity, words: 'renewals runs schedules jobs' },
    ],
  },
  {
    heading: 'Trust Marks',
    screens: [
      {
        label: 'Trust Marks',
        href: route.trustMarks(),
        icon: BadgeCheck,
        words: 'revoke renew expiry expiring',
      },
      { label: 'Trust Mark types', href: route.trustMarkTypes(), icon: Award },
    ],
  },
  {
    heading: 'This Trust Anchor',
    screens: [
      {
        label: 'Settings',
        href: route.trustAnchor(),
        icon: Settings,
        words: 'entity configuration trust anchor organization',
      },
      { label: 'Metadata policy', href: route.policy(), icon: Scale },
      {
        label: 'Checks of requests',
        href: route.requestChecks(),
        icon: ListChecks,
        words: 'rules terms list decision service automatic approval',
      },
      {
        label: 'Keys',
        href: route.keys(),
        icon: KeyRound,
        words: 'signing rollover rotate revoke retire',
      },
    ],
  },
  {
    heading: 'This installation',
    screens: [
      {
        label: 'Anchors',
        href: route.installation(),
        icon: Anchor,
        words: 'installation trust anchors intermediates several test production',
      },
      { label: 'Audit log', href: route.audit(), icon: ScrollText },
      {
        label: 'Approvals',
        href: route.changeRequests(),
        icon: Stamp,
        words: 'change requests approve sign passkey protected waiting second person',
      },
      { label: 'Users', href: route.users(), icon: Users, isForAdministrators: true },
      {
        label: 'API',
        href: route.playground(),
        icon: Braces,
        words: 'graphql playground query mutation subscription curl python script rest',
      },
      {
        label: 'API keys',
        href: route.apiKeys(),
        icon: KeySquare,
        words: 'tokens revoke expiry expiring',
        isForAdministrators: true,
      },
      {
        label: 'Webhooks',
        href: route.webhooks(),
        icon: Webhook,
        words: 'events deliveries notifications receivers integration',
        isForAdministrators: true,
      },
      {
        label: 'E-mail',
        href: route.messages(),
        icon: Mail,
        words: 'messages mails email smtp notifications sent',
        isForAdministrators: true,
      },
    ],
  },
]

const addresses = navigation.flatMap(({ screens }) => screens.map(({ href }) => href))

/** The dashboard's address is the prefix of all others. */
const contains = (href: string, pathname: string) =>
  pathname === href || (href !== route.dashboard() && pathname.startsWith(`${href}/`))

/** The screen that an address without an object belongs to; the dashboard, if there is none. */
export function screenOf(pathname: string): Screen | undefined {
  const screens = navigation.flatMap((group) => group.screens)
  return screens.find(({ href }) => isCurrent(href, pathname)) ?? screens[0]
}

/** A screen below another one is the current one alone. */
export const isCurrent = (href: string, pathname: string) =>
  contains(href, pathname) &&
  !addresses.some((other) => other.startsWith(`${href}/`) && contains(other, pathname))

export const screensFor = (screens: readonly Screen[], { mayManage }: { mayManage: boolean }) =>
  screens.filter(({ isForAdministrators }) => !isForAdministrators || mayManage)
