/** Makes what an administrator's own account has, for calls of mutations. */
import { URI } from 'otpauth'
import { PASSWORD, type TestAdmin } from '#test/helpers/admin.ts'
import { type Authenticator, createAuthenticator } from '#test/helpers/authenticator.ts'
import { type Visitor, visit } from '#test/helpers/visitor.ts'

type Made = { id: string }

/** `visitor` is signed in as the administrator. */
export function createAccountMakers(admin: () => TestAdmin, visitor: () => Visitor) {
  async function addDevice(): Promise<Authenticator> {
    const { body: options } = await visitor().auth('/passkey/generate-register-options')
    const device = createAuthenticator(admin().adminUrl)
    await visitor().auth('/passkey/verify-registration', {
      response: device.register(options),
      name: 'Laptop',
    })
    return device
  }

  async function addPasskey(): Promise<Made> {
    await addDevice()
    const { data } = await visitor().execute('{ viewer { account { passkeys { id } } } }')
    return data.viewer.account.passkeys.at(-1)
  }

  async function enableTwoFactor(): Promise<null> {
    const { body } = await visitor().auth('/two-factor/enable', { password: PASSWORD })
    await visitor().auth('/two-factor/verify-totp', { code: URI.parse(body.totpURI).generate() })
    return null
  }

  async function otherSession(): Promise<Made> {
    const other = visit(admin().adminUrl)
    await other.signIn('admin', PASSWORD)
    const { data } = await other.execute('{ viewer { account { sessions { id isCurrent } } } }')
    return data.viewer.account.sessions.find(({ isCurrent }: { isCurrent: boolean }) => isCurrent)
  }

  return { addDevice, addPasskey, enableTwoFactor, otherSession }
}
