/** Tests a key that another program made in a token: it is used instead of a new one, and never destroyed. */
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { signJwt, verifyJwt } from '#core/jws.ts'
import { readKeyStoreSettings } from '#federation/config/key-store.ts'
import { createKeyStores } from '#federation/key-store/stores.ts'
import { readKeyDirectory } from '#store/key-directory.ts'
import { announceKey, switchKey } from '#store/key-directory-change.ts'
import { generateKey } from '#store/key-generation.ts'
import { createKey } from '#store/new-key.ts'
import { folderInTest, inFileWithEnvironment } from '#test/helpers/in-file.ts'
import { patience } from '#test/helpers/patience.ts'
import { softHsmLacking, startSoftHsm } from '#test/helpers/soft-hsm.ts'

const exec = promisify(execFile)

/** As an officer does with the tool of the vendor: a key pair of the curve P-256 or of RSA with 3,072 bits. */
const PROGRAM = `
  const ck = require('pkcs11js'); const [, file, pin, id, kind, ...without] = process.argv
  const m = new ck.PKCS11(); m.load(file); m.C_Initialize()
  const s = m.C_OpenSession(m.C_GetSlotList(true)[0], ck.CKF_SERIAL_SESSION | ck.CKF_RW_SESSION)
  m.C_Login(s, ck.CKU_USER, pin)
  const both = [{ type: ck.CKA_ID, value: Buffer.from(id, 'hex') }, { type: ck.CKA_TOKEN, value: true }]
  const own = kind === 'EC' ? [{ type: ck.CKA_EC_PARAMS, value: Buffer.from('06082a8648ce3d030107', 'hex') }]
    : [{ type: ck.CKA_MODULUS_BITS, value: 3072 }, { type: ck.CKA_PUBLIC_EXPONENT, value: Buffer.from([1, 0, 1]) }]
  const { publicKey } = m.C_GenerateKeyPair(s,
    { mechanism: kind === 'EC' ? ck.CKM_EC_KEY_PAIR_GEN : ck.CKM_RSA_PKCS_KEY_PAIR_GEN },
    [...both, ...own], [...both, { type: ck.CKA_SIGN, value: !without.includes('sign') },
      { type: ck.CKA_SENSITIVE, value: true }, { type: ck.CKA_EXTRACTABLE, value: false }])
  if (without.includes('public')) m.C_DestroyObject(s, publicKey)`

describe.skipIf(softHsmLacking !== null)(`a key of an officer (${softHsmLacking ?? 'SoftHSM'})`, () => {
  const hsm = inFileWithEnvironment(startSoftHsm)

  const make = (id: string, kind: 'EC' | 'RSA' = 'EC', ...without: string[]) =>
    exec(process.execPath, ['-e', PROGRAM, hsm.module, hsm.pin, id, kind, ...without])

  function open() {
    const environment = { KEY_STORE: 'pkcs11', PKCS11_MODULE: hsm.module, PKCS11_PIN: hsm.pin }
    const stores = createKeyStores(readKeyStoreSettings(environment))
    onTestFinished(stores.close)
    return stores
  }

  async function makeFolder(): Promise<string> {
    const folder = await folderInTest('inmor-adopted')
    return folder
  }

  it.each([
    ['EC', 'ES256', '0a01'],
    ['RSA', 'RS256', '0a02'],
    ['RSA', 'PS256', '0a03'],
  ] as const)('of %s signs with %s', async (kind, alg, id) => {
    await make(id, kind)
    const stores = open()
    const key = await stores.adopt('pkcs11', alg, id)
    expect(key).toMatchObject({ store: 'pkcs11', id, isAdopted: true })
    const jwt = await signJwt({ a: 1 }, { key: stores.open(key), typ: 'JWT' })
    await verifyJwt(jwt, { typ: 'JWT', keys: { keys: [key.publicJwk] }, at: null })
  })

  it('is refused with a sentence where it does not fit', async () => {
    await make('0b01')
    await make('0b02', 'EC', 'public')
    await make('0b03', 'EC', 'sign')
    const stores = open()
    const adopt = (id: string, alg: 'ES256' | 'ES384' | 'RS256' | 'Ed448' = 'ES256') =>
      stores.adopt('pkcs11', alg, id)
    await expect(adopt('0b01', 'ES384')).rejects.toThrow('The key with the CKA_ID 0b01 is no key for ES384.')
    await expect(adopt('0b01', 'RS256')).rejects.toThrow('The key with the CKA_ID 0b01 is no key for RS256.')
    await expect(adopt('0b01', 'Ed448')).rejects.toThrow('A key store cannot sign with Ed448.')
    await expect(adopt('0b02')).rejects.toThrow(
      'The key with the CKA_ID 0b02 has no public part in the token.',
    )
    await expect(adopt('0b03')).rejects.toThrow('The key with the CKA_ID 0b03 may not sign.')
    await expect(adopt('0b04')).rejects.toThrow('The token has no private key with the CKA_ID 0b04.')
    for (const id of ['', 'inmor', '0b1'])
      await expect(adopt(id)).rejects.toThrow(`"${id}" is not a CKA_ID. Write it in hexadecimal digits`)
    const file = createKey({ stores, directory: '' }, 'ES256', 'files', '0b01')
    await expect(file).rejects.toThrow('Only a key in a token or in AWS KMS can be adopted. Name its store.')
  })

  it('is the first key of a directory, and stays in the token after another key has replaced it', async () => {
    await make('0c01')
    const [directory, stores] = [await makeFolder(), open()]
    const place = { directory, historicalDirectory: join(directory, 'historical_keys'), stores }
    const { kid } = await generateKey(stores, directory, { alg: 'ES256', store: 'pkcs11', existing: '0c01' })
    const stored = JSON.parse(await readFile(join(directory, 'private.json'), 'utf8'))
    expect(stored).toMatchObject({ kid, store: { name: 'pkcs11', id: '0c01', adopted: true } })
    const before = await readKeyDirectory(directory, { stores })
    await announceKey(place, await createKey(place, 'ES256', 'files'))
    await switchKey(place)
    expect((await readdir(directory)).filter((name) => name.startsWith('replaced-'))).toEqual([])
    await expect(signJwt({}, { key: before.signer, typ: 'JWT' })).resolves.toBeDefined()
  })

  it('shows what the token says about it', async () => {
    await make('0e01')
    const stores = open()
    const made = await stores.generate('pkcs11', 'ES256')
    const adopted = await stores.adopt('pkcs11', 'ES256', '0e01')
    const expected = { isExtractable: false, isSensitive: true, isMadeInStore: true }
    for (const key of [made, adopted]) {
      expect(await stores.describe(key.publicJwk.kid)).toBeNull() // it is not in a key file
      stores.open(key)
      await vi.waitFor(
        async () => expect(await stores.describe(key.publicJwk.kid)).toEqual(expected),
        patience,
      )
    }
  })

  it('stays in the token when a command could not use it', async () => {
    await make('0d01')
    const [directory, stores] = [await makeFolder(), open()]
    const request = { alg: 'ES256', store: 'pkcs11', existing: '0d01' } as const
    await generateKey(stores, directory, request)
    await expect(generateKey(stores, directory, request)).rejects.toThrow('already exists')
    await expect(stores.adopt('pkcs11', 'ES256', '0d01')).resolves.toBeDefined()
  })
})
