/** Tests the announcement of a key that another program made in the token, and what the API and `announce` say of it. */
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createKeyStores } from '#federation/key-store/stores.ts'
import { startAdmin } from '#test/helpers/admin.ts'
import { inFile, inFileWithEnvironment } from '#test/helpers/in-file.ts'
import { startLimitedToken } from '#test/helpers/limited-token.ts'
import { patience } from '#test/helpers/patience.ts'
import { softHsmLacking } from '#test/helpers/soft-hsm.ts'

describe.skipIf(softHsmLacking !== null)(`a key of an officer (${softHsmLacking ?? 'SoftHSM'})`, () => {
  const token = inFileWithEnvironment(startLimitedToken)
  const admin = inFile(() =>
    startAdmin({}, { pkcs11Module: token.module, pkcs11Pin: token.pin, keyStoreTimeout: 5 }),
  )

  const change = (name: string, input: object, selection = 'kid') =>
    admin.mutate(name, input, selection, 'admin')

  /** As an officer makes it. */
  async function make() {
    const stores = createKeyStores(admin.config)
    onTestFinished(stores.close)
    return { stores, ...(await stores.generate('pkcs11', 'ES256')) }
  }

  it('is announced, shown with its attributes, and neither destroyed nor used again', async () => {
    const { stores, id, publicJwk } = await make()
    const { kid } = publicJwk
    const input = { alg: 'ES256', store: 'PKCS11', existing: id }
    expect(await change('announceSigningKey', { ...input, alg: 'ES384' })).toMatchObject({
      code: 'INVALID_INPUT',
      path: ['input', 'existing'],
      message: `The key with the CKA_ID ${id} is no key for ES384.`,
    })
    expect(await change('announceSigningKey', input)).toMatchObject({ kid })
    const where = { action: 'announceSigningKey', resource: kid }
    const after = expect.objectContaining({ existing: id, store: 'pkcs11' })
    expect(await admin.server.db.auditEvent.findFirst({ where })).toMatchObject({ after })
    await vi.waitFor(async () => {
      const document = '{ signingKeys { warnings keys { kid attributes { isExtractable isMadeInStore } } } }'
      const { data } = await admin.execute(document)
      expect(data.signingKeys.warnings).toEqual([])
      const attributes = { isExtractable: false, isMadeInStore: true }
      expect(data.signingKeys.keys).toContainEqual({ kid, attributes })
    }, patience)
    await change('revokeKey', { kid, reason: 'superseded' }, 'revoked { reason }')
    expect(await change('announceSigningKey', input)).toMatchObject({
      code: 'CONFLICT',
      message: `The key ${kid} is or was a key of this anchor. Use another one.`,
    })
    await expect(stores.adopt('pkcs11', 'ES256', id)).resolves.toBeDefined()
  })

  it('is not asked for, and none is created, while another key is announced', async () => {
    const { id } = await make()
    await change('announceSigningKey', { alg: 'ES256' })
    const before = await token.creations()
    for (const further of [{}, { existing: id }]) {
      const refused = await change('announceSigningKey', { alg: 'ES256', store: 'PKCS11', ...further })
      expect(refused).toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining('already announced'),
      })
    }
    expect(await token.creations()).toBe(before)
  })
})
