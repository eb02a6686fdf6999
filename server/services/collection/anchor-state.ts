/** What this anchor states about its members, now or after a change, for the Trust Chains that end here. */
import type { Settings, Subordinate } from '#server/database/typed-row.ts'

export type AnchorState = {
  settings: Settings
  /** The row from which its Subordinate Statement follows; null: it has none. */
  memberOf(row: Subordinate): Subordinate | null
}

export const presentState = (settings: Settings): AnchorState => ({
  settings,
  memberOf: (row) => (row.active ? row : null),
})
