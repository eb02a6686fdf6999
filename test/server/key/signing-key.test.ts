/** Tests changes of the key directory while the server runs: it signs everything again, or nothing. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { generateSigningKey, type JwkSet } from '#core/keys.ts'
import { openSigningKeys } from '#server/publish/signing-keys.ts'
import { KeyFileError, writeNewKey } from '#store/key-directory.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { folderInTest } from '#test/helpers/in-file.ts'
import { patience } from '#test/helpers/patience.ts'
import { memberInFile, register, servedConfiguration } from '#test/helpers/subordinate.ts'

const type = 'https://ta.example.org/marks/member'

const admin = adminInFile()
const entity = memberInFile(admin)
beforeAll(async () => {
  await register(admin, entity)
  await admin.mutate('createTrustMarkType', { type }, 'id')
  await admin.mutate('issueTrustMark', { trustMarkType: type, entityId: entity.id }, 'id')
})

const text = async (path: string, parameters = {}) => (await admin.get(path, parameters)).text()
const configuration = () => text('/.well-known/openid-federation')
const statement = () => text('/fetch', { sub: entity.id })
const historicalKeys = () => text('/historical_keys')
const kidOf = (jwt: string) => decodeProtectedHeader(jwt).kid

it('signs everything again with a new key, and keeps earlier signatures verifiable', async () => {
  const old = kidOf(await configuration())
  const mark = await text('/trust_mark', { trust_mark_type: type, sub: entity.id })
  const key = await generateSigningKey('PS256')
  await writeNewKey(admin.config.keysDirectory, key, { force: true })
  for (const served of [configuration, statement, historicalKeys]) {
    await vi.waitFor(async () => expect(kidOf(await served())).toBe(key.kid), patience)
  }
  const { jwks } = await servedConfiguration(admin) // it verifies with one of its own keys
  const { keys } = jwks as JwkSet
  expect(keys.map(({ kid }) => kid).sort()).toEqual([old, key.kid].sort())
  const published = createLocalJWKSet({ keys })
  for (const jwt of [await statement(), mark]) await jwtVerify(jwt, published)
  expect(kidOf(mark)).toBe(old)
})

it('detects a second change that follows immediately', async () => {
  const told = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const directory = await folderInTest('keys')
      await writeNewKey(directory, await generateSigningKey('ES256'))
      const onError = vi.fn()
      const watched = await openSigningKeys({
        directory,
        historicalDirectory: join(directory, 'none'),
        onError,
      })
      onTestFinished(() => watched.close())
      await writeFile(join(directory, 'private.json'), 'no key')
      return onError
    }),
  )
  for (const each of told) await vi.waitFor(() => expect(each).toHaveBeenCalled(), patience)
})

it('keeps its key when the file becomes unreadable, and loads the next valid one', {
  tags: 'fault/key-file-broken',
}, async () => {
  const before = kidOf(await configuration())
  const file = join(admin.config.keysDirectory, 'private.json')
  const errors: unknown[] = []
  const watched = await openSigningKeys({
    directory: admin.config.keysDirectory,
    historicalDirectory: admin.config.historicalKeysDirectory,
    onError: (error) => errors.push(error),
  })
  onTestFinished(() => watched.close())
  await writeFile(file, '{"kty": "EC", "crv":')
  await vi.waitFor(() => expect(errors).not.toEqual([]), patience)
  expect(errors[0]).toBeInstanceOf(KeyFileError)
  expect(watched.current().signer.kid).toBe(before)
  const updated = await admin.mutate('updateSubordinate', { id: await idOfEntity(), validFor: 7 }, 'version')
  expect(updated.__typename).toBe('UpdateSubordinateSuccess')
  expect(kidOf(await statement())).toBe(before)

  const key = await generateSigningKey('Ed25519')
  await writeNewKey(admin.config.keysDirectory, key, { force: true })
  await vi.waitFor(async () => expect(kidOf(await statement())).toBe(key.kid), patience)
})

async function idOfEntity(): Promise<string> {
  const document = 'query ($entityId: EntityIdentifier!) { subordinate(entityId: $entityId) { id } }'
  return (await admin.execute(document, { entityId: entity.id })).data.subordinate.id
}
