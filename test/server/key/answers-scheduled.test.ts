/** Tests a server that signs statements and answers: a scheduled rollover leaves the key for answers, and faults of it are shown. */
import { readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeProtectedHeader } from 'jose'
import { expect, it } from 'vitest'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { writeNewKey } from '#store/key-directory.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { eventually } from '#test/helpers/product.ts'
import { schedulesInFile } from '#test/helpers/schedule.ts'
import { keysByState } from './key-state.ts'

const HOUR_MS = 3_600_000

let hours = 0
const now = () => new Date(Date.now() + hours * HOUR_MS)

const admin = adminInFile({ now })
const schedule = schedulesInFile(admin)

it('announces, switches and retires the signing key only', async () => {
  const answers = await generateSigningKey('ES256')
  await writeNewKey(admin.config.keysDirectory, answers, { purpose: 'answers' })
  await eventually(async () => expect(await keysByState(admin)).toMatchObject({ ANSWERS: answers.kid }))
  const { CURRENT: oldKid } = await keysByState(admin)
  await admin.mutate('scheduleRollover', { months: 1, noticeDays: 0 }, 'months', 'admin')
  // The age of both keys: it is that of the current key that counts.
  const createdAt = new Date(now().getTime() - 40 * 24 * HOUR_MS)
  await admin.server.db.signingKey.updateMany({ data: { createdAt, signsSince: createdAt } })
  const said: string[] = []
  for (
    const end = hours + 12 * 24;
    hours < end && !said.some((text) => text.startsWith('Retired'));
    hours += 6
  ) {
    await schedule.run('regenerate-entity-configuration')
    said.push(String(await schedule.run('key-rollover')))
  }
  const { CURRENT: newKid, ...others } = await keysByState(admin)
  expect(said.filter((text) => /^(Announced|Switched|Retired)/.test(text))).toEqual([
    `Announced the key ${newKid}.`,
    `Switched to the key ${newKid}.`,
    `Retired the key ${oldKid}.`,
  ])
  expect(others).toEqual({ ANSWERS: answers.kid })
  const { data } = await admin.execute('{ alerts { code message } }')
  expect(JSON.stringify(data.alerts)).not.toContain(answers.kid)
})

it('revoking it removes its private part from the directory of a server that does both', async () => {
  const { ANSWERS: kid, CURRENT: signs } = await keysByState(admin)
  await admin.mutate('revokeKey', { kid, reason: 'superseded' }, 'kid', 'admin')
  expect(await keysByState(admin)).toEqual({ CURRENT: signs })
  const directory = admin.config.keysDirectory
  expect(await readdir(directory)).not.toContain('answers.json')
  expect(await readdir(join(directory, 'answer_keys'))).toEqual([])
})

it('a public key in the place of the private one is an alert that says where it belongs, and signing goes on', async () => {
  const file = join(admin.config.keysDirectory, 'answers.json')
  const jwk = toPublicJwk(await generateSigningKey('ES256'))
  await writeFile(file, JSON.stringify(jwk))
  await eventually(async () => {
    const { data } = await admin.execute('{ alerts { code message } }')
    expect(data.alerts).toContainEqual({
      code: 'KEYS_UNUSABLE',
      message: expect.stringMatching(
        /answers\.json does not contain a usable key: .* Move it to the folder answer_keys/,
      ),
    })
  })
  const { CURRENT: signs } = await keysByState(admin)
  const response = await admin.get('/.well-known/openid-federation')
  expect(decodeProtectedHeader(await response.text()).kid).toBe(signs)
  await rename(file, join(admin.config.keysDirectory, 'answer_keys', `${jwk.kid}.json`))
  await eventually(async () => expect(await keysByState(admin)).toEqual({ CURRENT: signs, ANSWERS: jwk.kid }))
  const { data } = await admin.execute('{ alerts { code } }')
  expect(data.alerts).not.toContainEqual({ code: 'KEYS_UNUSABLE' })
})
