/** Tests a token that has fewer sessions than KEY_STORE_CONCURRENCY asks for. */
import { expect, it, onTestFinished, vi } from 'vitest'
import { signJwt } from '#core/jws.ts'
import { readKeyStoreSettings } from '#federation/config/key-store.ts'
import { createKeyStores } from '#federation/key-store/stores.ts'
import { startLimitedToken } from '#test/helpers/limited-token.ts'
import { softHsmLacking } from '#test/helpers/soft-hsm.ts'
import { tokenProcesses } from '#test/helpers/token-process.ts'

it.skipIf(softHsmLacking !== null)(
  `signs in turn with the sessions that it gets (${softHsmLacking ?? 'SoftHSM'})`,
  async () => {
    const token = await startLimitedToken()
    onTestFinished(token.close)
    for (const [name, value] of Object.entries(token.environment)) vi.stubEnv(name, value)
    onTestFinished(() => void vi.unstubAllEnvs())
    await token.limitSessions(2)
    const settings = { PKCS11_MODULE: token.module, PKCS11_PIN: token.pin, KEY_STORE_CONCURRENCY: '8' }
    const stores = createKeyStores(readKeyStoreSettings(settings))
    onTestFinished(stores.close)
    const key = await stores.generate('pkcs11', 'ES256')
    const pids = await tokenProcesses(token.environment.SOFTHSM2_CONF)
    const signer = stores.open(key)
    const signed = Array.from({ length: 100 }, (_, n) => signJwt({ n }, { key: signer, typ: 'JWT' }))
    expect(new Set(await Promise.all(signed)).size).toBe(100)
    expect(await tokenProcesses(token.environment.SOFTHSM2_CONF)).toEqual(pids) // it was not started again
  },
)
