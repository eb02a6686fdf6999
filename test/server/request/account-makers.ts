/** Makes what an administrator's own account has, for calls of mutations. */
import { URI } from 'otpauth'
import { PASSWORD, type TestAdmin } from '#test/helpers/admin.ts'
import { type Authenticator, createAuthenticator } from '#test/helpers/authenticator.ts'
import { type Visitor, visit } from '#test/helpers/visitor.ts'

type Made = { id: string }

/** `visitor` is signed in as the administrator. */
export function createAccountMakers(admin: () => TestAdmin, visitor: () => Visitor) {
  /** With a passkey that counts for approvals. */
  async function addDevice(): Promise<Authenticator> {
    const { body: options } = await visitor().auth('/passkey/generate-register-options')
    const device = createAuthenticator(admin().adminUrl)
    await visitor().auth('/passkey/verify-registration', {
      response: device.register(options),
      name: 'Laptop',
    })
    const data = { createdAt: new Date(Date.now() - 30 * 86_400_000) }
    await admin().server.installation.passkey.updateMany({ data })
    return device
  }

  async function addPasskey(): Promise<Made> {
    await addDevice()
    const { data } = await visitor().execute('{ viewer { account { passkeys { id } } } }')
    return data.viewer.account.passkeys.at(-1)
  }

  /** A passkey of another user. */
  async function confirmablePasskey(): Promise<{ input: Made }> {
    const { installation: db } = admin().server
    const { id: userId } = await db.user.findUniqueOrThrow({ where: { username: 'viewer' } })
    const device = { publicKey: 'key', counter: 1, deviceType: 'singleDevice', backedUp: false }
    const [id, credentialID] = [crypto.randomUUID(), crypto.randomUUID()]
    await db.passkey.create({ data: { id, userId, credentialID, ...device } })
    return { input: { id } }
  }

  async function enableTwoFactor(): Promise<null> {
    const { body } = await visitor().auth('/two-factor/enable', { password: PASSWORD })
    await visitor().auth('/two-factor/verify-totp', { code: URI.parse(body.totpURI).generate() })
    return null
  }

  async function otherSession(): Promise<Made> {
    const other = visit(admin().adminUrl)
    // The throttle counts by address, and all clients here share one.
    await admin().server.installation.rateLimit.deleteMany()
    await other.signIn('admin', PASSWORD)
    const { data } = await visitor().execute('{ viewer { account { sessions { id isCurrent } } } }')
    return data.viewer.account.sessions.find(({ isCurrent }: { isCurrent: boolean }) => !isCurrent)
  }

  return { addDevice, addPasskey, confirmablePasskey, enableTwoFactor, otherSession }
}
