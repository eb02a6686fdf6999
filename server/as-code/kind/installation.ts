/** What changes the installation, for the sections of its file. */
import type { ApplyContext, InstallationChanges } from '#server/as-code/kind/row.ts'

export function installationOf({ installationChanges }: ApplyContext): InstallationChanges {
  if (installationChanges) return installationChanges
  throw new TypeError('Only runs of the first anchor change the installation.')
}
