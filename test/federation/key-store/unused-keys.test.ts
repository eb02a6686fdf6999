/** Tests that a token keeps no key that nothing names: a replaced one, and one whose creation was interrupted. */
import { readdir, readFile, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { signJwt } from '#core/jws.ts'
import { readKeyStoreSettings } from '#federation/config/key-store.ts'
import type { KeyReference } from '#federation/key-store/store.ts'
import { createKeyStores } from '#federation/key-store/stores.ts'
import { announceKey } from '#store/key-directory-change.ts'
import { generateKey } from '#store/key-generation.ts'
import { createKey } from '#store/new-key.ts'
import { destroyReplacedKeys } from '#store/replaced-keys.ts'
import { parseStoredKey } from '#store/stored-key.ts'
import { folderInTest, inFile, inFileWithEnvironment } from '#test/helpers/in-file.ts'
import { softHsmLacking, startSoftHsm } from '#test/helpers/soft-hsm.ts'

describe.skipIf(softHsmLacking !== null)(`keys that are not in use (${softHsmLacking ?? 'SoftHSM'})`, () => {
  let directory: string

  const hsm = inFileWithEnvironment(startSoftHsm)
  const stores = inFile(() =>
    createKeyStores(readKeyStoreSettings({ PKCS11_MODULE: hsm.module, PKCS11_PIN: hsm.pin })),
  )
  beforeEach(async () => {
    const made = await folderInTest('inmor-keys')
    directory = made
  })

  const noted = async () => (await readdir(directory)).filter((name) => /^(created|replaced)-/.test(name))
  const destroy = () =>
    destroyReplacedKeys(directory, { stores, onError: (error) => expect.unreachable(String(error)) })
  /** As if that many seconds had passed. */
  async function age(seconds: number): Promise<void> {
    const then = new Date(Date.now() - seconds * 1_000)
    for (const name of await noted()) await utimes(join(directory, name), then, then)
  }
  async function read(name: string): Promise<KeyReference> {
    const key = parseStoredKey(JSON.parse(await readFile(join(directory, name), 'utf8')))
    return key.store === 'files' ? expect.unreachable('the key is in a file') : key
  }
  /** By another connection, which remembers no key. */
  async function canSign(key: KeyReference): Promise<boolean> {
    const other = createKeyStores(readKeyStoreSettings({ PKCS11_MODULE: hsm.module, PKCS11_PIN: hsm.pin }))
    return signJwt({}, { key: other.open(key), typ: 'JWT' })
      .then(
        () => true,
        (error: Error) => {
          expect(error.message).toContain('The token has no private key')
          return false
        },
      )
      .finally(other.close)
  }
  const generate = (force: boolean) =>
    generateKey(stores, directory, { alg: 'ES256', store: 'pkcs11', force })

  it('destroys a key that inmor-keygeneration --force replaced, a minute later', async () => {
    await generate(false)
    const old = await read('private.json')
    expect(await destroy()).toEqual({ isLeft: false }) // forgets the note of its creation
    await generate(true)
    const present = await read('private.json')
    expect(present.id).not.toBe(old.id)
    await age(50)
    expect(await destroy()).toEqual({ isLeft: true })
    expect(await canSign(old)).toBe(true)
    await age(61)
    expect(await destroy()).toEqual({ isLeft: false })
    expect([await canSign(old), await canSign(present)]).toEqual([false, true])
    expect(await noted()).toEqual([])
  })

  it('destroys a key whose process ended before it was announced, ten minutes later', async () => {
    await generate(false)
    const key = (await createKey({ stores, directory }, 'ES256', 'pkcs11')) as KeyReference // of this store
    expect(await noted()).toContain(`created-${key.id}.json`)
    await age(590)
    expect(await destroy()).toEqual({ isLeft: true })
    expect(await canSign(key)).toBe(true)
    await age(601)
    expect(await destroy()).toEqual({ isLeft: false })
    expect([await canSign(key), await canSign(await read('private.json'))]).toEqual([false, true])
    expect(await noted()).toEqual([])
  })

  it('keeps an announced key, and forgets that it noted its creation', async () => {
    await generate(false)
    const key = await createKey({ stores, directory }, 'ES256', 'pkcs11')
    await announceKey({ directory, historicalDirectory: directory }, key)
    await age(601)
    expect(await destroy()).toEqual({ isLeft: false })
    expect(await noted()).toEqual([])
    expect(await canSign(await read('next.json'))).toBe(true)
  })

  it('notes nothing for a key in a file', async () => {
    await createKey({ stores, directory }, 'ES256', 'files')
    expect(await readdir(directory)).toEqual([])
  })
})
