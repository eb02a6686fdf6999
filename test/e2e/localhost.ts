/** Starts an admin server whose address has a name, because passkeys need one instead of an IP address. */
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { freePort } from '#test/helpers/port.ts'

export async function startAdminAtLocalhost(
  changes: Parameters<typeof startAdmin>[1] = {},
): Promise<TestAdmin> {
  const port = await freePort()
  const adminUrl = `http://localhost:${port}`
  return startAdmin(
    {},
    { port, adminUrl, trustedOrigins: [adminUrl], loginRedirectUrl: adminUrl, ...changes },
  )
}
