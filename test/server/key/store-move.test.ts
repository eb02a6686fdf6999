/** Tests a move of the signing key from a file to a token and back: no Trust Chain below the anchor breaks on the way. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { relyingParty } from '#test/helpers/federation.ts'
import { openSchedules, type TestSchedules } from '#test/helpers/schedule.ts'
import { type SoftHsm, softHsmLacking, startSoftHsm } from '#test/helpers/soft-hsm.ts'
import { register } from '#test/helpers/subordinate.ts'
import { createThirdParty, type ThirdParty } from './third-party.ts'

const HOUR_MS = 3_600_000
/** Hours after which every cache has an announced key, and after which no statement of the previous key is valid. */
const [ANNOUNCED, REPLACED] = [30, 180]
/** Milliseconds; each simulates days. */
const SLOW = 90_000

describe.skipIf(softHsmLacking !== null)(`a move to a token (${softHsmLacking ?? 'SoftHSM'})`, () => {
  let hours = 0
  const now = () => new Date(Date.now() + hours * HOUR_MS)
  let hsm: SoftHsm
  let admin: TestAdmin
  let schedule: TestSchedules
  let leaf: TestEntity
  let thirdParty: ThirdParty

  beforeAll(async () => {
    hsm = await startSoftHsm()
    for (const [name, value] of Object.entries(hsm.environment)) vi.stubEnv(name, value)
    admin = await startAdmin({ now }, { pkcs11Module: hsm.module, pkcs11Pin: hsm.pin })
    schedule = await openSchedules(admin)
    leaf = await startEntity({ metadata: relyingParty, authorityHints: [admin.entityId], now })
    await register(admin, leaf)
    thirdParty = createThirdParty({ anchor: admin, leaf: leaf.id }, now)
  })
  afterAll(async () => {
    await thirdParty.close()
    schedule.close()
    await leaf.close()
    await admin.close()
    vi.unstubAllEnvs()
    await hsm.close()
  })

  async function keys(): Promise<{ kid: string; state: string; store: string | null }[]> {
    const { data } = await admin.execute('{ signingKeys { keys { kid state store } } }')
    return data.signingKeys.keys
  }
  const step = (name: string, input: object) => admin.mutate(name, input, 'kid', 'admin')

  /** The third party resolves the leaf after each step, and verifies all that it has cached with all that it has cached. */
  async function pass(count: number): Promise<void> {
    for (const end = hours + count; hours < end; hours += 6) {
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
    await pass(6)
    await move('PKCS11')
  })

  it('breaks no chain on the way back to a file', { timeout: SLOW }, async () => {
    await move('FILES')
    await pass(6)
  })
})
