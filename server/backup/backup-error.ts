/** Why a backup cannot be made or restored, as one sentence; nothing was changed. */
export class BackupError extends Error {
  override readonly name = 'BackupError'
}
