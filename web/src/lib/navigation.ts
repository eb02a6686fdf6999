/** The screens of the console, in the order of the navigation. */

import Award from '@lucide/svelte/icons/award'
import BadgeCheck from '@lucide/svelte/icons/badge-check'
import LayoutDashboard from '@lucide/svelte/icons/layout-dashboard'
import Network from '@lucide/svelte/icons/network'
import RefreshCw from '@lucide/svelte/icons/refresh-cw'
import Waypoints from '@lucide/svelte/icons/waypoints'
import type { Component } from 'svelte'
import { route } from '#lib/route.ts'

export interface Screen {
  label: string
  href: string
  icon: Component
}

export const navigation: readonly { heading: string; screens: readonly Screen[] }[] = [
  {
    heading: 'Federation',
    screens: [
      { label: 'Dashboard', href: route.dashboard(), icon: LayoutDashboard },
      { label: 'Subordinates', href: route.subordinates(), icon: Network },
      { label: 'Explorer', href: route.explorer(), icon: Waypoints },
      { label: 'Renewals', href: route.renewals(), icon: RefreshCw },
    ],
  },
  {
    heading: 'Trust Marks',
    screens: [
      { label: 'Trust Marks', href: route.trustMarks(), icon: BadgeCheck },
      { label: 'Trust Mark types', href: route.trustMarkTypes(), icon: Award },
    ],
  },
]

/** The dashboard's address is the beginning of all others. */
export const isCurrent = (href: string, pathname: string) =>
  href === route.dashboard() ? pathname === href : pathname === href || pathname.startsWith(`${href}/`)
