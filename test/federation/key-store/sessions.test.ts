/** Tests a token at its limits: fewer sessions than KEY_STORE_CONCURRENCY asks for, and no space for another key. */
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { signJwt } from '#core/jws.ts'
import { readKeyStoreSettings } from '#federation/config/key-store.ts'
import { createKeyStores, type KeyStoreSettings, type KeyStores } from '#federation/key-store/stores.ts'
import { inFileWithEnvironment } from '#test/helpers/in-file.ts'
import { startLimitedToken } from '#test/helpers/limited-token.ts'
import { patience } from '#test/helpers/patience.ts'
import { softHsmLacking } from '#test/helpers/soft-hsm.ts'
import { signalToken, tokenProcesses } from '#test/helpers/token-process.ts'

describe.skipIf(softHsmLacking !== null)(`few sessions (${softHsmLacking ?? 'SoftHSM'})`, () => {
  const token = inFileWithEnvironment(startLimitedToken)

  function open(changes: Partial<KeyStoreSettings> = {}, waits: { waitMs?: number } = {}): KeyStores {
    const settings = { PKCS11_MODULE: token.module, PKCS11_PIN: token.pin, KEY_STORE_CONCURRENCY: '8' }
    const stores = createKeyStores({ ...readKeyStoreSettings(settings), ...changes }, waits)
    onTestFinished(stores.close)
    return stores
  }

  it('signs in turn with the sessions that it gets', async () => {
    await token.limitSessions(2)
    const stores = open()
    const key = await stores.generate('pkcs11', 'ES256')
    const pids = await tokenProcesses(token.environment.SOFTHSM2_CONF)
    const signer = stores.open(key)
    const signed = Array.from({ length: 100 }, (_, n) => signJwt({ n }, { key: signer, typ: 'JWT' }))
    expect(new Set(await Promise.all(signed)).size).toBe(100)
    expect(await tokenProcesses(token.environment.SOFTHSM2_CONF)).toEqual(pids) // it was not started again
  })

  it('fails for all that wait after a few attempts, when it gets none', async () => {
    await token.limitSessions(null)
    const key = await open().generate('pkcs11', 'ES256')
    await token.limitSessions(0)
    const before = await token.refusedSessions()
    const signer = open({ keyStoreConcurrency: 2 }, { waitMs: 60_000 }).open(key)
    const signed = Array.from({ length: 100 }, (_, n) => signJwt({ n }, { key: signer, typ: 'JWT' }))
    const failures = await Promise.allSettled(signed)
    expect(failures.map(({ status }) => status)).toEqual(Array(100).fill('rejected'))
    expect((await token.refusedSessions()) - before).toBeLessThan(10)
    await token.limitSessions(null)
    await vi.waitFor(() => expect(signJwt({}, { key: signer, typ: 'JWT' })).resolves.toBeDefined(), patience)
  })

  it('says that the token hangs to all callers, also when others wait for their turn', async () => {
    await token.limitSessions(null)
    const stores = open({ keyStoreConcurrency: 1, keyStoreTimeout: 1 })
    const signer = stores.open(await stores.generate('pkcs11', 'ES256'))
    const sign = () => signJwt({}, { key: signer, typ: 'JWT' })
    await token.signal('SIGSTOP')
    const answers = async () => {
      const ended = await Promise.allSettled(Array.from({ length: 20 }, sign))
      return new Set(ended.map((each) => (each.status === 'rejected' ? each.reason.message : 'signed')))
    }
    const hangs = new Set(['The key store did not answer within 1 seconds.'])
    await vi.waitFor(async () => expect(await answers()).toEqual(hangs), patience)
    await token.signal(null)
    await signalToken(token.environment.SOFTHSM2_CONF, 'SIGKILL')
    await vi.waitFor(() => expect(sign()).resolves.toBeDefined(), patience)
  })

  it.each([
    ['CKR_FUNCTION_FAILED', 0x06],
    ['CKR_DEVICE_MEMORY', 0x31],
  ])('asks once for a key that the token has no space for, which says %s', async (code, error) => {
    await token.limitSessions(null)
    const stores = open()
    const key = await stores.generate('pkcs11', 'ES256')
    const before = await token.creations()
    await token.fill(error)
    await expect(stores.generate('pkcs11', 'ES256')).rejects.toThrow(
      `The PKCS#11 token created no key (${code}). If it is full, remove keys that nothing needs`,
    )
    expect(await token.creations()).toBe(before + 1)
    // Keys that are there go on signing.
    await expect(signJwt({}, { key: stores.open(key), typ: 'JWT' })).resolves.toBeDefined()
    await token.fill(null)
    await expect(stores.generate('pkcs11', 'ES256')).resolves.toBeDefined()
  })

  it('says why the token does not open, although its process takes longer to start than a signature may', async () => {
    await token.limitSessions(null)
    const key = await open().generate('pkcs11', 'ES256')
    const stores = open({ keyStoreTimeout: 0.05 })
    const sign = () => signJwt({}, { key: stores.open(key), typ: 'JWT' })
    await token.limitSessions(0)
    await expect(sign()).rejects.toThrow('The key store did not answer within 0.05 seconds.')
    await vi.waitFor(() => expect(sign()).rejects.toThrow('has no free session'), patience)
    const end = performance.now() + 5_000 // the process is started again in between
    while (performance.now() < end) {
      await expect(sign()).rejects.toThrow('has no free session')
      await setTimeout(50)
    }
    await token.limitSessions(null)
    await vi.waitFor(() => expect(sign()).resolves.toBeDefined(), patience)
  })
})
