/** Tests keys in a real SoftHSM token: what they sign, that nothing can export them, and what a wrong PIN does. */
import { execFile } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { signJwt, verifyJwt } from '#core/jws.ts'
import { readKeyStoreSettings } from '#federation/config/key-store.ts'
import { createKeyStores, type KeyStores } from '#federation/key-store/stores.ts'
import { folderInTest, inFile, inFileWithEnvironment } from '#test/helpers/in-file.ts'
import { patience } from '#test/helpers/patience.ts'
import { softHsmLacking, startSoftHsm } from '#test/helpers/soft-hsm.ts'
import { signalToken, tokenProcesses } from '#test/helpers/token-process.ts'

const exec = promisify(execFile)

describe.skipIf(softHsmLacking !== null)(`a PKCS#11 token (${softHsmLacking ?? 'SoftHSM'})`, () => {
  const hsm = inFileWithEnvironment(startSoftHsm)
  /** Of the tests that leave it as it is. */
  const shared = inFile(create)

  function create(changes: Record<string, string> = {}): KeyStores {
    const environment = { KEY_STORE: 'pkcs11', PKCS11_MODULE: hsm.module, PKCS11_PIN: hsm.pin, ...changes }
    return createKeyStores(readKeyStoreSettings(environment))
  }
  function open(changes: Record<string, string> = {}): KeyStores {
    const stores = create(changes)
    onTestFinished(stores.close)
    return stores
  }
  const generate = (stores = shared, alg: 'ES256' | 'RS256' | 'PS256' | 'ES384' | 'ES512' = 'ES256') =>
    stores.generate('pkcs11', alg)

  it.each(['RS256', 'PS256', 'ES256', 'ES384', 'ES512'] as const)('signs with %s', async (alg) => {
    const stores = shared
    const key = await generate(stores, alg)
    expect(key.publicJwk).toMatchObject({ alg, use: 'sig' })
    const jwt = await signJwt({ iss: 'https://ta.example.org' }, { key: stores.open(key), typ: 'JWT' })
    const { claims } = await verifyJwt(jwt, { typ: 'JWT', keys: { keys: [key.publicJwk] }, at: null })
    expect(claims).toEqual({ iss: 'https://ta.example.org' })
  })

  it('signs many things at once, and finds the key again after a restart', async () => {
    const stores = open({ KEY_STORE_CONCURRENCY: '4' })
    const key = await generate(stores)
    const sign = async () => signJwt({}, { key: open().open(key), typ: 'JWT' })
    const signer = stores.open(key)
    const jwts = await Promise.all(
      Array.from({ length: 100 }, (_, n) => signJwt({ n }, { key: signer, typ: 'JWT' })),
    )
    jwts.push(await sign())
    for (const jwt of jwts) await verifyJwt(jwt, { typ: 'JWT', keys: { keys: [key.publicJwk] }, at: null })
    expect(new Set(jwts).size).toBe(101)
  })

  it('signs a page of statements, which takes longer than one signature may', async () => {
    const environment = { PKCS11_MODULE: hsm.module, PKCS11_PIN: hsm.pin, KEY_STORE_CONCURRENCY: '1' }
    const settings = readKeyStoreSettings({ ...environment, KEY_STORE_TIMEOUT: '1' })
    const stores = createKeyStores(settings, { waitMs: 60_000 })
    onTestFinished(stores.close)
    const signer = stores.open(await generate(stores, 'RS256'))
    const jwts = Array.from({ length: 500 }, (_, n) => signJwt({ n }, { key: signer, typ: 'JWT' }))
    expect(new Set(await Promise.all(jwts)).size).toBe(500)
  })

  it('opens the same key with the same signer, so that a read of unchanged files opens no session', async () => {
    const stores = shared
    const key = await generate(stores)
    expect(stores.open({ ...key })).toBe(stores.open(key))
  })

  it('refuses an algorithm that no store has', async () => {
    await expect(open().generate('pkcs11', 'Ed448')).rejects.toThrow(
      'A key store cannot sign with Ed448. Use another algorithm, or a key in a file.',
    )
  })

  it('keeps the private key sensitive and not extractable, and lets it only sign', async () => {
    const { id } = await generate()
    const program = `
      const ck = require('pkcs11js'); const m = new ck.PKCS11(); m.load(process.argv[1]); m.C_Initialize()
      const slot = m.C_GetSlotList(true)[0]; const s = m.C_OpenSession(slot, ck.CKF_SERIAL_SESSION)
      m.C_Login(s, ck.CKU_USER, process.argv[2])
      m.C_FindObjectsInit(s, [{ type: ck.CKA_ID, value: Buffer.from(process.argv[3], 'hex') },
        { type: ck.CKA_CLASS, value: ck.CKO_PRIVATE_KEY }])
      const [key] = m.C_FindObjects(s, 1)
      const names = ['CKA_SENSITIVE', 'CKA_EXTRACTABLE', 'CKA_NEVER_EXTRACTABLE', 'CKA_SIGN', 'CKA_TOKEN', 'CKA_DECRYPT', 'CKA_UNWRAP']
      const values = m.C_GetAttributeValue(s, key, names.map((name) => ({ type: ck[name] })))
      console.log(JSON.stringify(values.map(({ value }, i) => [names[i], value[0]])))
      try { m.C_GetAttributeValue(s, key, [{ type: ck.CKA_VALUE }]); console.log('exported') }
      catch (error) { console.log(error.message) }`
    const { stdout } = await exec(process.execPath, ['-e', program, hsm.module, hsm.pin, id])
    const [attributes = '', exported] = stdout.trim().split('\n')
    expect(Object.fromEntries(JSON.parse(attributes))).toMatchObject({
      CKA_SENSITIVE: 1,
      CKA_EXTRACTABLE: 0,
      CKA_NEVER_EXTRACTABLE: 1,
      CKA_SIGN: 1,
      CKA_TOKEN: 1,
      CKA_DECRYPT: 0,
      CKA_UNWRAP: 0,
    })
    expect(exported).toBe('CKR_ATTRIBUTE_SENSITIVE')
  })

  it('does not sign any more with a destroyed key', async () => {
    const stores = open()
    const key = await generate(stores)
    await stores.destroy(key)
    await stores.destroy(key) // no error
    await expect(signJwt({}, { key: stores.open(key), typ: 'JWT' })).rejects.toThrow(
      `The token has no private key with the CKA_ID ${key.id}.`,
    )
  })

  it('refuses a key whose public part in the file is that of another key', async () => {
    const stores = shared
    const [key, other] = [await generate(stores), await generate(stores)]
    const mixed = { ...key, publicJwk: { ...other.publicJwk, kid: 'mixed' } }
    await expect(signJwt({}, { key: stores.open(mixed), typ: 'JWT' })).rejects.toThrow(
      'does not verify with the public key mixed of the key file',
    )
  })

  it('reads the PIN from a file', async () => {
    const directory = await folderInTest('inmor-pin')
    const file = join(directory, 'pin')
    await writeFile(file, `${hsm.pin}\n`)
    await expect(generate(open({ PKCS11_PIN: '', PKCS11_PIN_FILE: file }))).resolves.toBeDefined()
    await rm(file)
    await expect(generate(open({ PKCS11_PIN: '', PKCS11_PIN_FILE: file }))).rejects.toThrow(
      'PKCS11_PIN_FILE cannot be read (ENOENT). Check its owner and mode.',
    )
  })

  it('tries a wrong PIN once, and tries again when the file has another one', async () => {
    const directory = await folderInTest('inmor-pin')
    const file = join(directory, 'pin')
    await writeFile(file, 'wrong pin')
    const stores = open({ PKCS11_PIN: '', PKCS11_PIN_FILE: file })
    const key = await generate()
    const sign = () => signJwt({}, { key: stores.open(key), typ: 'JWT' })
    const message = 'The PKCS#11 token refuses the PIN. Check PKCS11_PIN or PKCS11_PIN_FILE.'
    await expect(sign()).rejects.toMatchObject({ message, code: 'temporarily_unavailable', status: 503 })
    for (let tries = 0; tries < 20; tries++) await expect(sign()).rejects.toThrow(message)
    expect(stores.fault(key.publicJwk.kid)).toBe(message)
    await writeFile(file, hsm.pin)
    await vi.waitFor(() => expect(sign()).resolves.toBeDefined(), patience)
    expect(stores.fault(key.publicJwk.kid)).toBeNull()
  })

  it('names the tokens when the wanted one is not there', async () => {
    await expect(generate(open({ PKCS11_SLOT: 'elsewhere' }))).rejects.toThrow(
      /^The module has the tokens inmor in slot \d+\. Initialize "elsewhere", or name another one with PKCS11_SLOT\.$/,
    )
    await expect(generate(open({ PKCS11_SLOT: 'inmor' }))).resolves.toBeDefined()
  })

  it('says that the module cannot be loaded', async () => {
    await expect(generate(open({ PKCS11_MODULE: '/nonexistent.so' }))).rejects.toThrow(
      'The PKCS#11 module /nonexistent.so cannot be loaded. Check PKCS11_MODULE.',
    )
  })

  it('signs again when a removed token is back', async () => {
    const stores = open()
    const key = await generate(stores)
    const sign = () => signJwt({}, { key: stores.open(key), typ: 'JWT' })
    await sign()
    await hsm.remove()
    await expect(sign()).rejects.toMatchObject({ code: 'temporarily_unavailable' })
    await hsm.putBack()
    await vi.waitFor(() => expect(sign()).resolves.toBeDefined(), patience)
  })

  it('abandons a module that hangs', async () => {
    const stores = open({ KEY_STORE_TIMEOUT: '1' })
    const key = await generate(stores)
    const sign = () => signJwt({}, { key: stores.open(key), typ: 'JWT' })
    await sign()
    await signalToken(hsm.environment.SOFTHSM2_CONF, 'SIGSTOP')
    await expect(sign()).rejects.toThrow('The key store did not answer within 1 seconds.')
    await vi.waitFor(() => expect(sign()).resolves.toBeDefined(), patience)
  })

  it('has no PIN in the arguments and the environment of its process', async () => {
    vi.stubEnv('PKCS11_PIN', hsm.pin)
    await generate(open())
    const pids = await tokenProcesses(hsm.environment.SOFTHSM2_CONF)
    expect(pids).not.toEqual([])
    for (const pid of pids) {
      for (const part of ['cmdline', 'environ']) {
        expect(await readFile(`/proc/${pid}/${part}`, 'utf8')).not.toContain(hsm.pin)
      }
    }
  })
})

it('says which package to install', async () => {
  vi.stubEnv('NODE_PATH', '')
  onTestFinished(() => void vi.unstubAllEnvs())
  const stores = createKeyStores(readKeyStoreSettings({ PKCS11_MODULE: '/usr/lib/module.so' }))
  await expect(stores.generate('pkcs11', 'ES256')).rejects.toThrow(
    /^The package pkcs11js is not installed\. Install it: npm ci --prefix "\/.*\/federation\/key-store\/packages\/pkcs11js"$/,
  )
})

it('says that a store is not configured', async () => {
  const stores = createKeyStores(readKeyStoreSettings({}))
  expect(stores.available()).toContain('files')
  await expect(stores.generate('pkcs11', 'ES256')).rejects.toThrow(
    'The key is in a PKCS#11 token, but PKCS11_MODULE is not set. Set it to the module of the token.',
  )
})
