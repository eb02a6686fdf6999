/** Lists the measurements of `npm run bench`, one per row. */
import { measureAdminAnchors } from './admin-anchors.ts'
import { measureAnchors } from './anchors.ts'
import { measureChecks } from './checks.ts'
import type { Section } from './document.ts'
import { measureEmbedded } from './embedded.ts'
import { keyStoreSection } from './key-store.ts'
import { measureLanes } from './lanes.ts'
import { measureAdminGrowth } from './million/admin.ts'
import { measureFederationGrowth } from './million/federation.ts'
import { adminSection, federationSection } from './million/section.ts'
import { measureOutages } from './outages.ts'
import { measurePublic } from './public.ts'
import { measureRebuild } from './rebuild.ts'
import { measureRenewal } from './renewal.ts'
import {
  adminAnchorsSection,
  anchorsSection,
  checkSection,
  embeddedSection,
  laneSection,
  MAIN_SIZE,
  outageSection,
  publicSections,
  rebuildSection,
  renewalSection,
  shareOfBare,
} from './sections.ts'

/** `quick` is for a look at a change: all of it takes two minutes. */
export type Effort = 'quick' | 'full'

type Part = {
  /** For `--only`. */
  name: string
  /** Whether it is measured without `--only`. */
  isUsual: Record<Effort, boolean>
  measure(effort: Effort, say: (line: string) => void): Promise<Section[]>
}

const always = { quick: true, full: true }
const inFull = { quick: false, full: true }
/** Takes half an hour. */
const onRequest = { quick: false, full: false }

const growthSizes = {
  quick: [100, 1_000, 10_000],
  full: [100, 1_000, 10_000, 100_000, 1_000_000],
}

/** What `--million` measures. */
export const growthParts: readonly string[] = ['growth-federation', 'growth-admin']

export const parts: readonly Part[] = [
  {
    name: 'public',
    isUsual: always,
    async measure(effort, say) {
      const efforts = {
        quick: { sizes: [100, MAIN_SIZE], seconds: 1, rounds: 1 },
        full: { sizes: [100, MAIN_SIZE, 100_000], seconds: 3, rounds: 3 },
      }
      const results = await measurePublic(efforts[effort], (result) => {
        const { endpoint, subordinates, ours } = result
        const share = shareOfBare(result).toFixed(2)
        say(`${endpoint.name}, ${subordinates}: ${share} of bare, p99 ${ours.p99} ms`)
      })
      return publicSections(results)
    },
  },
  {
    name: 'anchors',
    isUsual: always,
    async measure(effort) {
      const efforts = { quick: { seconds: 1, rounds: 2 }, full: { seconds: 3, rounds: 3 } }
      return [anchorsSection(await measureAnchors(MAIN_SIZE, efforts[effort]))]
    },
  },
  {
    name: 'admin-anchors',
    isUsual: inFull,
    async measure(effort, say) {
      const members = { quick: 1_000, full: MAIN_SIZE }[effort]
      return [adminAnchorsSection(await measureAdminAnchors(members, say))]
    },
  },
  {
    name: 'rebuild',
    isUsual: always,
    measure: async (effort) => [
      rebuildSection(await measureRebuild({ quick: 5_000, full: 100_000 }[effort])),
    ],
  },
  {
    name: 'renewal',
    isUsual: always,
    measure: async (effort) => [renewalSection(await measureRenewal({ quick: 100, full: 1_000 }[effort]))],
  },
  {
    name: 'checks',
    isUsual: always,
    async measure(effort) {
      const checks = []
      for (const size of { quick: [1_000], full: [10_000, 100_000] }[effort])
        checks.push(await measureChecks(size))
      return [checkSection(checks)]
    },
  },
  {
    name: 'lanes',
    isUsual: always,
    measure: async (effort) => [laneSection(await measureLanes({ quick: 2_000, full: 5_000 }[effort]))],
  },
  {
    name: 'key-stores',
    isUsual: always,
    async measure(effort) {
      const efforts = {
        quick: { seconds: 1, subordinates: 5_000 },
        full: { seconds: 5, subordinates: 100_000 },
      }
      return [await keyStoreSection(efforts[effort])]
    },
  },
  {
    name: 'outages',
    isUsual: inFull,
    measure: async () => [outageSection(await measureOutages())],
  },
  {
    name: 'embedded',
    isUsual: inFull,
    measure: async () => [embeddedSection(await measureEmbedded())],
  },
  {
    name: 'growth-federation',
    isUsual: onRequest,
    async measure(effort, say) {
      const measured = []
      for (const size of growthSizes[effort]) {
        measured.push(await measureFederationGrowth(size))
        say(`federation server: ${size} members are measured`)
      }
      return [federationSection(measured)]
    },
  },
  {
    name: 'growth-admin',
    isUsual: onRequest,
    async measure(effort, say) {
      const measured = []
      for (const size of growthSizes[effort]) measured.push(await measureAdminGrowth(size, say))
      return [adminSection(measured)]
    },
  },
]
