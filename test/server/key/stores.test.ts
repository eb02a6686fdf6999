/** Tests a rollover into a SoftHSM token and back: at each step what is published verifies, and no file has the key. */
import { readdir, readFile, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeProtectedHeader } from 'jose'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createKeyStores } from '#federation/key-store/stores.ts'
import { startAdmin, startSecondAdmin } from '#test/helpers/admin.ts'
import { inFile, inFileWithEnvironment } from '#test/helpers/in-file.ts'
import { eventually } from '#test/helpers/product.ts'
import { startRun, watchRun } from '#test/helpers/run.ts'
import { schedulesInFile } from '#test/helpers/schedule.ts'
import { softHsmLacking, startSoftHsm } from '#test/helpers/soft-hsm.ts'
import { memberInFile, register, verifiedByAnchor } from '#test/helpers/subordinate.ts'
import { signalToken } from '#test/helpers/token-process.ts'

describe.skipIf(softHsmLacking !== null)(`keys in a token (${softHsmLacking ?? 'SoftHSM'})`, () => {
  let [fileKid, tokenKid] = ['', '']
  const type = 'https://ta.example.org/marks/member'

  const hsm = inFileWithEnvironment(startSoftHsm)
  const admin = inFile(() =>
    startAdmin({}, { pkcs11Module: hsm.module, pkcs11Pin: hsm.pin, keyStoreTimeout: 5 }),
  )
  const entities = Array.from({ length: 3 }, () => memberInFile(admin))
  beforeAll(async () => {
    await admin.mutate('createTrustMarkType', { type }, 'id')
    for (const entity of entities) {
      await register(admin, entity)
      await admin.mutate('issueTrustMark', { trustMarkType: type, entityId: entity.id }, 'id')
    }
    fileKid = kidOf(await text('/.well-known/openid-federation'))
  })

  const text = async (path: string, parameters = {}) => (await admin.get(path, parameters)).text()
  const kidOf = (jwt: string) => decodeProtectedHeader(jwt).kid ?? ''
  const change = (name: string, input: object, selection = 'kid') =>
    admin.mutate(name, input, selection, 'admin')
  const switchNow = () => change('switchSigningKey', { overrideReason: 'a test' }, 'kid state store')
  const statuses = {
    configuration: 'entity-statement+jwt',
    statement: 'entity-statement+jwt',
    mark: 'trust-mark+jwt',
    history: 'jwk-set+jwt',
    resolved: 'resolve-response+jwt',
  }

  async function served(sub = entities[0]?.id ?? ''): Promise<Record<keyof typeof statuses, string>> {
    return {
      configuration: await text('/.well-known/openid-federation'),
      statement: await text('/fetch', { sub }),
      mark: await text('/trust_mark', { trust_mark_type: type, sub }),
      history: await text('/historical_keys'),
      resolved: await text('/resolve', { sub, trust_anchor: admin.entityId }),
    }
  }

  /** Everything verifies, and all but the marks are signed by the key. */
  async function expectSignedBy(kid: string): Promise<void> {
    await eventually(async () => {
      const { mark: _, ...now } = await served()
      expect(Object.values(now).map(kidOf)).toEqual(Object.values(now).map(() => kid))
    })
    for (const [name, jwt] of Object.entries(await served())) {
      await verifiedByAnchor(admin, jwt, statuses[name as keyof typeof statuses]) // the same names
    }
  }

  async function reissue(): Promise<void> {
    const seen = await watchRun(admin, await startRun(admin, 'reissueTrustMarks(input: {})'))
    expect(seen.at(-1)?.run).toEqual({ state: 'SUCCEEDED', total: 3, done: 3, failed: 0 })
  }

  async function alerts(): Promise<{ code: string; message: string }[]> {
    const { data } = await admin.execute('{ alerts { code message } }')
    return data.alerts.filter(({ code }: { code: string }) => code === 'KEYS_UNUSABLE')
  }

  /** What is in every file of the key directory. */
  async function contents(): Promise<string> {
    const entries = await readdir(admin.config.keysDirectory, { recursive: true, withFileTypes: true })
    const files = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
    return (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('\n')
  }

  it('offers the configured stores', async () => {
    const { data } = await admin.execute('{ signingKeys { stores preferredStore keys { kid state store } } }')
    expect(data.signingKeys.stores).toEqual(expect.arrayContaining(['FILES', 'PKCS11']))
    expect(data.signingKeys.preferredStore).toBe('FILES')
    expect(data.signingKeys.keys).toEqual([{ kid: fileKid, state: 'CURRENT', store: 'FILES' }])
  })

  it('announces a key of the token', async () => {
    const announced = await change('announceSigningKey', { alg: 'ES256', store: 'PKCS11' }, 'kid store file')
    expect(announced).toMatchObject({ store: 'PKCS11', file: 'next.json' })
    tokenKid = announced.kid
    await expectSignedBy(fileKid)
    const next = JSON.parse(await readFile(join(admin.config.keysDirectory, 'next.json'), 'utf8'))
    expect(next).toEqual({
      ...{ kty: 'EC', crv: 'P-256', x: expect.any(String), y: expect.any(String) },
      ...{ kid: tokenKid, alg: 'ES256', use: 'sig' },
      store: { name: 'pkcs11', id: expect.stringMatching(/^[0-9a-f]{32}$/) },
    })
  })

  it('switches to it: publishes, re-signs and answers with the key of the token', async () => {
    expect(await switchNow()).toMatchObject({ kid: tokenKid, state: 'CURRENT', store: 'PKCS11' })
    await expectSignedBy(tokenKid)
    await reissue()
    expect(kidOf((await served()).mark)).toBe(tokenKid)
    expect(await contents()).not.toMatch(/"(d|priv|p|q)":/)
    expect(await contents()).not.toContain(hsm.pin)
    // Published keys say nothing about the store.
    expect(await text('/.well-known/openid-federation')).not.toContain('pkcs11')
  })

  it('retires the key of the file, whose place the audit log keeps', async () => {
    await change('retireKey', { kid: fileKid, acceptCopies: true })
    await expectSignedBy(tokenKid)
    const { data } = await admin.execute(
      '{ auditEvents(filter: {actions: [ANNOUNCE_SIGNING_KEY]}) { edges { node { after } } } }',
    )
    expect(data.auditEvents.edges[0].node.after).toEqual({
      state: 'ANNOUNCED',
      alg: 'ES256',
      store: 'pkcs11',
    })
  })

  it('starts again with the key of the token', async () => {
    const second = await startSecondAdmin(admin)
    try {
      await second.publisher.rebuild()
      await expectSignedBy(tokenKid)
    } finally {
      await second.close()
    }
  })

  it('loses nothing while the token is away in the middle of runs', async () => {
    const before = await served()
    await hsm.remove()
    const run = await startRun(admin, 'reissueTrustMarks(input: {})')
    const renewal = await startRun(admin, 'startRenewal(input: { kind: SUBORDINATES })')
    // What must be signed now is refused with a sentence.
    const [, other] = entities
    await eventually(async () => {
      const answer = await admin.get('/resolve', { sub: other?.id ?? '', trust_anchor: admin.entityId })
      expect(answer.status).toBe(503)
      expect(await answer.json()).toMatchObject({
        error: 'temporarily_unavailable',
        error_description: 'This server cannot sign the answer at the moment. Try again in a few seconds.',
      })
    })
    await eventually(async () => expect(await alerts()).toHaveLength(1))
    await expect(change('announceSigningKey', { alg: 'ES256', store: 'PKCS11' })).resolves.toMatchObject({
      code: 'UNAVAILABLE',
    })
    // A process starts without the token.
    const second = await startSecondAdmin(admin)
    await second.close()
    // What is published stays.
    expect(await text('/fetch', { sub: entities[0]?.id })).toBe(before.statement)
    await hsm.putBack()
    const ends = await Promise.all([watchRun(admin, run), watchRun(admin, renewal)])
    for (const seen of ends) {
      expect(seen.at(-1)?.run).toEqual({ state: 'SUCCEEDED', total: 3, done: 3, failed: 0 })
    }
    await eventually(async () => expect(await alerts()).toEqual([]))
    await eventually(async () => expect(await admin.server.db.outboxEntry.count()).toBe(0))
    await expectSignedBy(tokenKid)
  })

  it('refuses an algorithm that the token does not have', async () => {
    expect(await change('announceSigningKey', { alg: 'ML_DSA_65', store: 'PKCS11' })).toMatchObject({
      code: 'INVALID_INPUT',
      path: ['input', 'store'],
      message: expect.stringContaining('cannot sign with ML-DSA-65'),
    })
  })

  it('goes back to a file, and has the token destroy the private key a minute later', async () => {
    const { kid } = await change('announceSigningKey', { alg: 'ES256', store: 'FILES' })
    await switchNow()
    await expectSignedBy(kid)
    const noted = join(admin.config.keysDirectory, `replaced-${tokenKid}.json`)
    const reference = JSON.parse(await readFile(noted, 'utf8'))
    expect(reference.store.name).toBe('pkcs11')
    const stores = createKeyStores(admin.config)
    onTestFinished(stores.close)
    const { store, ...publicJwk } = reference
    const signer = stores.open({ publicJwk, store: 'pkcs11', id: store.id })
    expect(await signer.sign(Buffer.from('{}'), { typ: 'JWT', kid: tokenKid })).toContain('.')
    const earlier = new Date(Date.now() - 61_000) // the time of the switch
    await utimes(noted, earlier, earlier)
    await eventually(async () =>
      expect(await readdir(admin.config.keysDirectory)).not.toContain(`replaced-${tokenKid}.json`),
    )
    await expect(signer.sign(Buffer.from('{}'), { typ: 'JWT', kid: tokenKid })).rejects.toThrow(
      'The token has no private key',
    )
  })

  it('revokes a key of the token in an emergency, and holds no other change while the token is slow', async () => {
    const { kid } = await change('announceSigningKey', { alg: 'RS256', store: 'PKCS11' })
    await switchNow()
    await expectSignedBy(kid)
    const revoked = { kid, reason: 'compromised', emergency: true }
    await signalToken(hsm.environment.SOFTHSM2_CONF, 'SIGSTOP')
    let hasEnded = false
    const revocation = change('revokeKey', revoked, 'revoked { reason }').finally(() => {
      hasEnded = true
    })
    try {
      const isNoted = async () =>
        (await readdir(admin.config.keysDirectory)).some((name) => /^created-/.test(name))
      await eventually(async () => expect(await isNoted()).toBe(true))
      expect(await change('createOrganization', { name: 'Of no key' }, 'name')).toMatchObject({
        name: 'Of no key',
      })
      expect(hasEnded).toBe(false)
    } finally {
      await signalToken(hsm.environment.SOFTHSM2_CONF, 'SIGCONT')
    }
    expect(await revocation).toMatchObject({ revoked: { reason: 'compromised' } })
    const { data } = await admin.execute('{ signingKeys { preferredStore keys { kid alg state store } } }')
    expect(data.signingKeys.preferredStore, 'KEY_STORE is files').toBe('PKCS11')
    expect(data.signingKeys.keys[0]).toMatchObject({ alg: 'RS256', state: 'CURRENT', store: 'PKCS11' })
    await expectSignedBy(data.signingKeys.keys[0].kid)
  })

  describe('a scheduled rollover', () => {
    const schedule = schedulesInFile(admin)
    beforeAll(async () => {
      await admin.server.db.signingKey.updateMany({
        where: { state: 'CURRENT' },
        data: { signsSince: new Date('2020-01-01') },
      })
      await change('scheduleRollover', { months: 12, noticeDays: 1 }, 'version')
    })
    const look = () => schedule.run('key-rollover')
    const rollover = async () => {
      const { data } = await admin.execute(
        '{ alerts { code message } signingKeys { keys { state store } rollover { nextStep nextStepStore waitsFor } } }',
      )
      const { keys, rollover } = data.signingKeys
      const alert = data.alerts.find(({ code }: { code: string }) => code === 'ROLLOVER_STEP_AHEAD')
      return { keys, ...rollover, notice: alert?.message }
    }

    it('gives notice of the store, and creates the key in that of its predecessor', async () => {
      await look()
      expect(await rollover()).toMatchObject({
        nextStep: 'ANNOUNCE',
        nextStepStore: 'PKCS11',
        notice: expect.stringContaining('The new key is created in the PKCS#11 token.'),
      })
      await change('scheduleRollover', { noticeDays: 0 }, 'version')
      expect(await look()).toMatch(/^Announced the key/)
      const { keys } = await rollover()
      expect(keys).toContainEqual({ state: 'ANNOUNCED', store: 'PKCS11' })
    })

    it('does not switch out of the token', async () => {
      const { data } = await admin.execute('{ signingKeys { keys { kid state } } }')
      const { kid } = data.signingKeys.keys.find(({ state }: { state: string }) => state === 'ANNOUNCED')
      await change('revokeKey', { kid, reason: 'superseded' })
      await change('announceSigningKey', { alg: 'ES256', store: 'FILES' })
      await admin.server.db.signingKey.updateMany({
        where: { state: 'ANNOUNCED' },
        data: { usableFrom: new Date(0) },
      })
      expect(await look()).toMatch(/in a file of the key directory, and the current key in the PKCS#11 token/)
      expect((await rollover()).keys[0]).toEqual({ state: 'CURRENT', store: 'PKCS11' })
    })

    it('takes it out of the token when an operator names a file, also while the token is away', async () => {
      const { data } = await admin.execute('{ signingKeys { keys { kid } } }')
      const input = { kid: data.signingKeys.keys[0].kid, reason: 'compromised', emergency: true }
      await hsm.remove()
      onTestFinished(hsm.putBack)
      await signalToken(hsm.environment.SOFTHSM2_CONF, 'SIGKILL') // its sessions outlive the folder
      expect(await change('revokeKey', input)).toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringMatching(/ To replace the key now, name another store for the new one\.$/),
      })
      await change('revokeKey', { ...input, store: 'FILES' })
      expect((await rollover()).keys[0]).toEqual({ state: 'CURRENT', store: 'FILES' })
    })
  })
})
