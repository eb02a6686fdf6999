/** Changes settings automatically, while operators may change them too. */
import type { Database } from '#server/database/client.ts'
import { readSettings } from '#server/database/settings.ts'
import type { Settings } from '#server/database/typed-row.ts'
import { ConflictError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { SettingFields } from '#server/services/trust-anchor/input.ts'
import type { TrustAnchorService } from '#server/services/trust-anchor/trust-anchor.ts'

const ATTEMPTS = 3

type Context = { db: Database; trustAnchor: TrustAnchorService; caller: Caller }

/**
 * Applies the change that `decide` makes of the present settings, null for none; with a change by another caller at the
 * same moment, it decides again. Returns whether it changed something. @throws ConflictError, InvalidInputError
 */
export async function changeSettings(
  { db, trustAnchor, caller }: Context,
  decide: (settings: Settings) => Pick<SettingFields, 'trustAnchors' | 'trustMarks'> | null,
): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const settings = await readSettings(db)
    const change = decide(settings)
    if (change === null) return false
    try {
      await trustAnchor.update(caller, { ...change, version: settings.version })
      return true
    } catch (error) {
      if (!(error instanceof ConflictError) || attempt === ATTEMPTS) throw error
    }
  }
}
