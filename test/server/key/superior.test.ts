/** Tests the key rollover and the policy of an Intermediate: what its superior says about it counts. */
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { generateSigningKey } from '#core/keys.ts'
import { writeNewKey } from '#store/key-directory.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { eventually } from '#test/helpers/product.ts'

let kid: string

const admin = adminInFile()
const superior = inFile(startEntity)
beforeAll(async () => {
  await adopt(await publishedKeys())
  const authorityHints = [superior.id]
  await admin.mutate('updateTrustAnchor', { authorityHints }, 'authorityHints', 'admin')
  kid = (await change('announceSigningKey', { alg: 'ES256' })).kid
  // Our own Entity Configuration is known to all.
  await admin.server.db.signingKey.update({ where: { kid }, data: { usableFrom: new Date() } })
})
beforeEach(() => superior.misbehave(undefined))

const change = (name: string, input: object) => admin.mutate(name, input, 'kid state', 'admin')
const publishedKeys = async () => {
  const { data } = await admin.execute('{ signingKeys { keys { jwk } } }')
  return data.signingKeys.keys.map(({ jwk }: { jwk: object }) => jwk)
}
/** The superior's statement about this anchor, with these keys and claims. */
function adopt(keys: TestEntity['keys']['keys'], statement: Record<string, unknown> = {}) {
  superior.adopt({ id: admin.entityId, keys: { keys }, options: { statement } })
}
async function announced() {
  const { data } = await admin.execute('{ signingKeys { keys { state usableFrom superiorFaults } } }')
  return data.signingKeys.keys.find(({ state }: { state: string }) => state === 'ANNOUNCED')
}

it('does not switch while the superior does not list the key', async () => {
  const refused = await change('switchSigningKey', {})
  expect(refused).toMatchObject({ code: 'UNSAFE_KEY_CHANGE', path: ['input', 'overrideReason'] })
  expect(refused.message).toContain(`The superior ${superior.id} does not list the announced key`)
  expect(await announced()).toEqual({
    state: 'ANNOUNCED',
    usableFrom: null,
    superiorFaults: [expect.stringContaining('does not list the announced key')],
  })
})

it('does not switch while the superior cannot be read', async () => {
  superior.misbehave('rubbish')
  const refused = await change('switchSigningKey', {})
  expect(refused).toMatchObject({ code: 'UNSAFE_KEY_CHANGE' })
  expect(refused.message).toContain('It is not known whether')
})

it('waits until statements of the superior without the key have expired, and switches then', async () => {
  const keys = await publishedKeys()
  adopt(keys)
  const listedAt = Date.now()
  const refused = await change('switchSigningKey', {})
  expect(refused.message).toContain(`caches may hold a statement of the superior ${superior.id}`)
  const from = Date.parse((await announced()).usableFrom)
  expect(from).toBeGreaterThan(listedAt + 3_500_000) // the lifetime of its statements is an hour
  // A later statement does not make it wait longer.
  expect((await change('switchSigningKey', {})).code).toBe('UNSAFE_KEY_CHANGE')
  expect(Date.parse((await announced()).usableFrom)).toBe(from)

  const passed = { [kid]: new Date(Date.now() - 1000).toISOString() }
  await admin.server.db.superior.update({ where: { entityId: superior.id }, data: { keys: passed } })
  expect((await announced()).superiorFaults).toEqual([])
  expect(await change('switchSigningKey', {})).toMatchObject({ kid, state: 'CURRENT' })
})

it('switches in an emergency without asking the superior', async () => {
  const next = await change('announceSigningKey', { alg: 'ES256' })
  superior.misbehave('rubbish')
  const switched = await change('switchSigningKey', { overrideReason: 'The key may be stolen.' })
  expect(switched).toMatchObject({ kid: next.kid, state: 'CURRENT' })
})

it('says that a key for answers is not usable until the superior lists it', async () => {
  const answers = await generateSigningKey('ES256')
  await writeNewKey(admin.config.keysDirectory, answers, { purpose: 'answers' })
  const found = async () => {
    const { data } = await admin.execute('{ signingKeys { keys { kid usableFrom superiorFaults } } }')
    return data.signingKeys.keys.find((key: { kid: string }) => key.kid === answers.kid)
  }
  const without = (await publishedKeys()).filter((jwk: { kid: string }) => jwk.kid !== answers.kid)
  adopt(without)
  await admin.server.services.superiors.check()
  await eventually(async () =>
    expect(await found()).toMatchObject({
      usableFrom: null,
      superiorFaults: [expect.stringContaining(`does not list the key for answers ${answers.kid}`)],
    }),
  )
  adopt(await publishedKeys())
  await admin.server.services.superiors.check()
  expect((await found()).superiorFaults).toEqual([expect.stringContaining('caches may hold a statement')])
  await eventually(async () => {
    expect(Date.parse((await found()).usableFrom)).toBeGreaterThan(Date.now() + 3_000_000)
  })
})

it('warns when the policy contradicts that of the superior', async () => {
  const superiors = async () => {
    await admin.server.services.superiors.check()
    const { data } = await admin.execute(
      '{ trustAnchor { superiors { entityId lastError kids policyConflict } } }',
      {},
      'viewer',
    )
    return data.trustAnchor.superiors
  }
  const keys = await publishedKeys()
  const policyOf = (value: string) => ({ openid_relying_party: { subject_type: { value } } })
  adopt(keys, { metadata_policy: policyOf('pairwise') })
  const fine = {
    entityId: superior.id,
    lastError: null,
    kids: keys.map(({ kid }: { kid: string }) => kid).sort(),
  }
  expect(await superiors()).toEqual([{ ...fine, policyConflict: null }])
  await admin.mutate('updateFederationPolicy', { metadataPolicy: policyOf('public') }, 'version', 'admin')
  expect(await superiors()).toEqual([
    { ...fine, policyConflict: expect.stringContaining(`The policy of ${superior.id} contradicts`) },
  ])
  superior.disown(admin.entityId)
  expect(await superiors()).toMatchObject([{ entityId: superior.id, lastError: expect.any(String) }])
})
