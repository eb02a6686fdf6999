/** Tests unrecorded key changes: an interrupted process, or an operator who edits the files. */
import { rm } from 'node:fs/promises'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { generateSigningKey, type JwkSet } from '#core/keys.ts'
import type { AdminServer } from '#server/process/start.ts'
import { readKeyDirectory } from '#store/key-directory.ts'
import { announceKey, switchKey } from '#store/key-directory-change.ts'
import { startAdmin, startSecondAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { patience } from '#test/helpers/patience.ts'

let admin: TestAdmin
let second: AdminServer
beforeAll(async () => {
  admin = await startAdmin()
  second = await startSecondAdmin(admin)
})
// The last test closed its server.
afterAll(async () => {
  await second.close()
  await admin.federation.close()
  await Promise.all([admin.redis.close(), admin.database.close()])
  await rm(admin.config.keysDirectory, { recursive: true })
})

const place = () => ({
  directory: admin.config.keysDirectory,
  historicalDirectory: admin.config.historicalKeysDirectory,
})
const configuration = async () => (await admin.get('/.well-known/openid-federation')).text()
const publishedKids = async () => {
  const { jwks } = decodeJwt<{ jwks: JwkSet }>(await configuration())
  return jwks.keys.map(({ kid }) => kid).sort()
}
const signerNow = async () => (await readKeyDirectory(place().directory)).signer.kid

async function recorded(): Promise<object[]> {
  return second.db.auditEvent.findMany({
    where: { action: 'changeKeyDirectory' },
    orderBy: { id: 'asc' },
    select: { actor: true, before: true, after: true },
  })
}

it('records and publishes a key announced in the files, and applies the usual waiting time', async () => {
  const old = await signerNow()
  const key = await generateSigningKey('ES256')
  await announceKey(place(), key)
  await vi.waitFor(async () => expect(await publishedKids()).toEqual([old, key.kid].sort()), patience)
  expect(await recorded()).toEqual([
    { actor: 'job:key-directory', before: {}, after: { [key.kid]: 'ANNOUNCED' } },
  ])
  const refused = await admin.mutate('switchSigningKey', {}, 'kid', 'admin')
  expect(refused.code).toBe('UNSAFE_KEY_CHANGE')
})

it('records an unrecorded switch in the files once, with two servers running', async () => {
  const [old, next] = [await signerNow(), await publishedKids()]
  await switchKey(place())
  const kid = await signerNow()
  expect(next).toContain(kid)
  await vi.waitFor(async () => expect(decodeProtectedHeader(await configuration()).kid).toBe(kid), patience)
  expect((await recorded()).slice(1)).toEqual([
    {
      actor: 'job:key-directory',
      before: { [old]: 'CURRENT', [kid]: 'ANNOUNCED' },
      after: { [old]: 'PUBLISHED', [kid]: 'CURRENT' },
    },
  ])
  const row = await second.db.signingKey.findUniqueOrThrow({ where: { kid } })
  expect(row).toMatchObject({ state: 'CURRENT', signsSince: expect.any(Date) })
})

it('records at its start the changes made while no server ran', async () => {
  await Promise.all([admin.server.close(), second.close()])
  const key = await generateSigningKey('PS256')
  await announceKey(place(), key)
  await switchKey(place())
  second = await startSecondAdmin(admin)
  await vi.waitFor(
    async () => expect(decodeProtectedHeader(await configuration()).kid).toBe(key.kid),
    patience,
  )
  expect((await recorded()).at(-1)).toMatchObject({ after: { [key.kid]: 'CURRENT' } })
})
