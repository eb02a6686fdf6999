/** Counts recovery codes, which replace a lost authenticator app. The library stores them encrypted. */
import type { Auth } from '#server/auth/auth.ts'
import type { Database } from '#server/database/client.ts'

/** The number of unused codes; 0 without a verified authenticator app. */
export async function countRecoveryCodes(db: Database, auth: Auth, userId: string): Promise<number> {
  const factor = await db.twoFactor.findUnique({ where: { userId } })
  if (!factor?.verified) return 0
  const { backupCodes } = await auth.api.viewBackupCodes({ body: { userId } })
  return backupCodes.length
}
