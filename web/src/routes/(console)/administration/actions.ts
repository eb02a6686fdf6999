/** The actions on an anchor that need a confirmation, with their effects. */
import type { Action } from '#lib/action.ts'
import { write } from '#lib/graphql/client.ts'
import {
  type InstallationRow,
  PauseTrustAnchor,
  RemoveTrustAnchor,
  ResumeTrustAnchor,
} from './installation.ts'

/** Refused while the anchor has members or types. */
export const removal: Action<InstallationRow> = {
  label: 'Remove anchor',
  consequence:
    'Its settings, runs, published data and the organizations that no other anchor has are deleted, and its address answers no more. Its key directory stays on the server, and the audit log keeps its entries. This cannot be undone.',
  done: 'removed.',
  danger: true,
  applies: ({ isFirst }) => !isFirst,
  run: async ({ slug: anchor }) => (await write(RemoveTrustAnchor, { input: { anchor } })).refusal,
}

export const anchorActions: readonly Action<InstallationRow>[] = [
  {
    label: 'Pause anchor',
    consequence:
      'Its public endpoints answer 503 until you resume it, so its members stop resolving when caches expire. Its members, keys and runs stay, and you can still change them here.',
    done: 'paused.',
    danger: true,
    applies: ({ pausedAt }) => !pausedAt,
    run: async ({ slug: anchor }) => (await write(PauseTrustAnchor, { input: { anchor } })).refusal,
  },
  {
    label: 'Resume anchor',
    consequence: 'Its public endpoints serve its current data again within seconds.',
    done: 'resumed.',
    danger: false,
    applies: ({ pausedAt }) => Boolean(pausedAt),
    run: async ({ slug: anchor }) => (await write(ResumeTrustAnchor, { input: { anchor } })).refusal,
  },
  removal,
]
