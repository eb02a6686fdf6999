/** The commands of the palette that need no server: every screen and action that the role allows. */
import Award from '@lucide/svelte/icons/award'
import BadgeX from '@lucide/svelte/icons/badge-x'
import Building2 from '@lucide/svelte/icons/building-2'
import CalendarClock from '@lucide/svelte/icons/calendar-clock'
import Footprints from '@lucide/svelte/icons/footprints'
import KeyRound from '@lucide/svelte/icons/key-round'
import ListPlus from '@lucide/svelte/icons/list-plus'
import LogOut from '@lucide/svelte/icons/log-out'
import Pencil from '@lucide/svelte/icons/pencil'
import Plus from '@lucide/svelte/icons/plus'
import RefreshCw from '@lucide/svelte/icons/refresh-cw'
import ShieldCheck from '@lucide/svelte/icons/shield-check'
import SunMoon from '@lucide/svelte/icons/sun-moon'
import TriangleAlert from '@lucide/svelte/icons/triangle-alert'
import UserRound from '@lucide/svelte/icons/user-round'
import Waypoints from '@lucide/svelte/icons/waypoints'
import Webhook from '@lucide/svelte/icons/webhook'
import type { Component } from 'svelte'
import { navigation, partsFor } from '#lib/navigation.ts'
import { route } from '#lib/route.ts'
import { ANY_PROBLEM } from '#lib/subordinate/list.ts'
import { type Theme, themes } from '#lib/theme.svelte.ts'
import type { Searchable } from './match.ts'

/** Executed in place; the others are addresses. */
export type Effect =
  | { kind: 'theme'; theme: Theme }
  | { kind: 'walk' }
  | { kind: 'sign out' }
  /** An address of another anchor, which is another document. */
  | { kind: 'anchor'; address: string }

export type Command = Searchable & {
  id: string
  icon: Component
  /** A detail for labels that are not unique. */
  note?: string
} & ({ href: string; effect?: never } | { href?: never; effect: Effect })

export interface Viewer {
  mayOperate: boolean
  mayAdminister: boolean
  mayManage: boolean
}

export function screens(viewer: Viewer): Command[] {
  const listed = navigation.flatMap(({ screens }) => screens)
  return [
    ...listed.flatMap((screen) =>
      partsFor(screen, viewer).map(({ label, href, words = '' }) => ({
        id: href,
        label,
        href,
        icon: screen.icon,
        words: `${screen.label} ${words}`,
      })),
    ),
    { id: route.account(), label: 'My account', href: route.account(), icon: UserRound, words: 'profile' },
  ]
}

const action = (label: string, icon: Component, href: string, words = ''): Command => ({
  id: label,
  label,
  icon,
  href,
  words,
})

const forOperators: readonly Command[] = [
  action('Register an entity', Plus, route.registerSubordinate(), 'add new subordinate member'),
  action(
    'Import subordinates',
    ListPlus,
    route.importSubordinates(),
    'register add many list bulk csv members entities',
  ),
  action('Create an organization', Building2, route.createOrganization(), 'add new member company'),
  action('Issue a Trust Mark', Plus, route.issueTrustMark(), 'add new give'),
  action('Revoke a Trust Mark', BadgeX, route.trustMarks({ state: 'ACTIVE' }), 'withdraw end'),
  action('Create a Trust Mark type', Award, route.createTrustMarkType(), 'add new'),
  action(
    'Renew all subordinates',
    RefreshCw,
    route.activity({ start: 'subordinates' }),
    'start run statements',
  ),
  action('Renew all Trust Marks', RefreshCw, route.activity({ start: 'trust-marks' }), 'start run'),
  {
    id: 'walk',
    label: 'Crawl the federation',
    icon: Footprints,
    words: 'start run collect',
    effect: { kind: 'walk' },
  },
]

const forAdministrators: readonly Command[] = [
  action('Edit the settings', Pencil, route.settings('edit'), 'change entity configuration trust anchor'),
  action('Edit the metadata policy', Pencil, route.policy(), 'change'),
  action('Announce a key', KeyRound, route.keys(), 'new signing rollover rotate switch retire'),
  action('Revoke a key', KeyRound, route.keys(), 'stolen emergency signing'),
]

/** For viewers too: what runs out, and what is wrong. */
const lists: readonly Command[] = [
  action(
    'Statements that expire soon',
    CalendarClock,
    route.subordinates({ expires: '14', sort: 'expires' }),
    'expiry expiring subordinates validity',
  ),
  action(
    'Trust Marks that expire soon',
    CalendarClock,
    route.trustMarks({ expires: '14' }),
    'expiry expiring validity',
  ),
  action(
    'Subordinates with a problem',
    TriangleAlert,
    route.subordinates({ state: ANY_PROBLEM }),
    'failing errors expired unreachable rules',
  ),
]

const forManagers: readonly Command[] = [
  action('Create an anchor', Plus, route.createAnchor(), 'add new trust intermediate installation'),
  action('Create a user', Plus, route.users(), 'add new'),
  action('Create an API key', Plus, route.apiKeys(), 'add new token'),
  action('Create a webhook', Webhook, route.createWebhook(), 'add new events receiver'),
]

const forEverybody: readonly Command[] = [
  action('Check an entity', Waypoints, route.explorer(), 'resolve trust chain'),
  action('Set up a second factor', ShieldCheck, route.account(), 'mfa totp passkey authenticator password'),
  ...themes.map(
    (theme): Command => ({
      id: `theme ${theme}`,
      label: `Switch to the ${theme} theme`,
      icon: SunMoon,
      words: 'appearance colours mode',
      effect: { kind: 'theme', theme },
    }),
  ),
  { id: 'sign out', label: 'Sign out', icon: LogOut, words: 'log leave', effect: { kind: 'sign out' } },
]

export const actions = ({ mayOperate, mayAdminister, mayManage }: Viewer): Command[] => [
  ...(mayOperate ? forOperators : []),
  ...(mayAdminister ? forAdministrators : []),
  ...(mayManage ? forManagers : []),
  ...lists,
  ...forEverybody,
]
