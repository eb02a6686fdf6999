/** Tests a move of the signing key from a file to a token and back: no Trust Chain below the anchor breaks on the way. */
import { beforeAll, describe, expect, it } from 'vitest'
import { startAdmin } from '#test/helpers/admin.ts'
import { relyingParty, startEntity } from '#test/helpers/entity.ts'
import { inFile, inFileWithEnvironment } from '#test/helpers/in-file.ts'
import { schedulesInFile } from '#test/helpers/schedule.ts'
import { softHsmLacking, startSoftHsm } from '#test/helpers/soft-hsm.ts'
import { register } from '#test/helpers/subordinate.ts'
import { createThirdParty } from './third-party.ts'

const HOUR_MS = 3_600_000
/** Hours after which every cache has an announced key, and after which no statement of the previous key is valid. */
const [ANNOUNCED, REPLACED] = [30, 180]
/** Milliseconds; each simulates days. */
const SLOW = 90_000

describe.skipIf(softHsmLacking !== null)(`a move to a token (${softHsmLacking ?? 'SoftHSM'})`, () => {
  let hours = 0
  const now = () => new Date(Date.now() + hours * HOUR_MS)

  const hsm = inFileWithEnvironment(startSoftHsm)
  const admin = inFile(() => startAdmin({ now }, { pkcs11Module: hsm.module, pkcs11Pin: hsm.pin }))
  const schedule = schedulesInFile(admin)
  const leaf = inFile(() => startEntity({ metadata: relyingParty, authorityHints: [admin.entityId], now }))
  beforeAll(() => register(admin, leaf))
  const thirdParty = inFile(() => createThirdParty({ anchor: admin, leaf: leaf.id }, now))

  async function keys(): Promise<{ kid: string; state: string; store: string | null }[]> {
    const { data } = await admin.execute('{ signingKeys { keys { kid state store } } }')
    return data.signingKeys.keys
  }
  const step = (name: string, input: object) => admin.mutate(name, input, 'kid', 'admin')

  /** The third party resolves the leaf after each step, and verifies all that it has cached with all that it has cached. */
  async function pass(count: number): Promise<void> {
    for (const end = hours + count; hours < end; hours += 12) {
      await schedule.run('regenerate-entity-configuration')
      await admin.server.publisher.rebuild()
      expect(await thirdParty.visit()).toBeGreaterThan(0)
    }
  }

  /** The kid of the new key. No step is forced. */
  async function move(store: 'PKCS11' | 'FILES'): Promise<string> {
    const previous = (await keys())[0]?.kid
    const { kid } = await step('announceSigningKey', { alg: 'ES256', store })
    expect(await thirdParty.visit()).toBeGreaterThan(0)
    await pass(ANNOUNCED)
    expect(await step('switchSigningKey', {})).toMatchObject({
      __typename: 'SwitchSigningKeySuccess',
      kid,
    })
    await admin.server.publisher.flush(10_000)
    expect(await thirdParty.visit()).toBeGreaterThan(0)
    await pass(REPLACED)
    expect(await step('retireKey', { kid: previous })).toMatchObject({
      __typename: 'RetireKeySuccess',
    })
    await admin.server.publisher.flush(10_000)
    expect(await thirdParty.visit()).toBeGreaterThan(0)
    expect(await keys()).toMatchObject([{ kid, state: 'CURRENT', store }])
    return kid
  }

  it('breaks no chain on the way into the token', { timeout: SLOW }, async () => {
    expect(await keys()).toMatchObject([{ state: 'CURRENT', store: 'FILES' }])
    await pass(12)
    await move('PKCS11')
  })

  it('breaks no chain on the way back to a file', { timeout: SLOW }, async () => {
    await move('FILES')
    await pass(12)
  })
})
