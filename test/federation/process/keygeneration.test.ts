/** The command `inmor-keygeneration`. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { generateSigningKey, signingAlgorithms } from '#core/keys.ts'
import { readKeyStoreSettings } from '#federation/config/key-store.ts'
import { createKeyStores } from '#federation/key-store/stores.ts'
import { readKeyDirectory, readServingKeys, writeNewKey } from '#store/key-directory.ts'
import { generateKey } from '#store/key-generation.ts'
import { inTest } from '#test/helpers/in-file.ts'
import { run } from '#test/helpers/program.ts'
import { softHsmLacking, startSoftHsm } from '#test/helpers/soft-hsm.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keygen-'))
})
afterEach(() => rm(directory, { recursive: true }))

const keygen = (...args: string[]) => keygenWith({}, ...args)
const keygenWith = async (environment: Record<string, string>, ...args: string[]) => {
  const program = run('federation/cli/keygeneration.ts', args, { environment })
  return { code: (await program.ended).code, output: program.output() }
}

test.each([...signingAlgorithms])('generates a usable key of the type %s', async (type) => {
  const output = join(directory, 'new')
  // The guide has the first one. What the program does after its arguments takes no process.
  if (type === 'RS256')
    expect(await keygen(`--type=${type}`, `--output=${output}`)).toMatchObject({ code: 0 })
  else
    await generateKey(await inTest(createKeyStores(readKeyStoreSettings({}))), output, {
      alg: type,
      store: 'files',
    })
  const { signer, published } = await readKeyDirectory(output)
  expect(signer.alg).toBe(type)
  expect(published.keys).toHaveLength(1)
})

test('offers the types of the deployment guide', () => {
  expect(signingAlgorithms).toEqual(
    expect.arrayContaining(['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'Ed25519', 'Ed448']),
  )
})

test('replaces a key only with --force', async () => {
  const args = ['--type=ES256', `--output=${directory}`]
  await keygen(...args)
  const { signer } = await readKeyDirectory(directory)
  expect(await keygen(...args)).toMatchObject({ code: 1, output: expect.stringContaining('already exists') })
  expect((await readKeyDirectory(directory)).signer.kid).toBe(signer.kid)
  expect(await keygen(...args, '--force')).toMatchObject({ code: 0 })
  const replaced = await readKeyDirectory(directory)
  expect(replaced.signer.kid).not.toBe(signer.kid)
  expect(replaced.published.keys.map(({ kid }) => kid)).toContain(signer.kid)
})

test('generates a key for answers beside the signing key, and says where its parts belong', async () => {
  const output = join(directory, 'new')
  const args = ['--answers', '--type=ES256', `--output=${output}`]
  const made = await keygen(...args)
  expect(made).toMatchObject({ code: 0 })
  expect(made.output).toContain(`Private key: ${join(output, 'answers.json')}`)
  expect(made.output).toContain('Copy the public key to the folder answer_keys of the admin server')
  expect((await stat(join(output, 'answers.json'))).mode & 0o777).toBe(0o600)
  const { answers, signer, published } = await readServingKeys(output)
  expect([answers?.kid, signer]).toEqual([published.keys[0]?.kid, null])
  await expect(readKeyDirectory(output)).rejects.toThrow(/private\.json does not exist\. Generate/)
  const again = await keygen(...args)
  expect(again).toMatchObject({
    code: 1,
    output: expect.stringMatching(
      /answers\.json already exists\. Generate its successor in another directory/,
    ),
  })
  await keygen('--type=ES256', `--output=${output}`)
  const { listed } = await readKeyDirectory(output)
  expect(listed.map(({ role, file }) => [role, file])).toEqual([
    ['current', 'private.json'],
    ['answers', 'answers.json'],
  ])
})

test.skipIf(softHsmLacking !== null)('writes a reference to a key in a token', async () => {
  const hsm = await inTest(startSoftHsm())
  const environment = { ...hsm.environment, PKCS11_MODULE: hsm.module, PKCS11_PIN: hsm.pin }
  const args = ['--type=ES256', '--store=pkcs11', `--output=${directory}`]
  const { code, output } = await keygenWith(environment, ...args)
  expect({ code, output }).toMatchObject({ code: 0 })
  expect(output).toContain(`Reference to the private key in pkcs11: ${join(directory, 'private.json')}`)
  const { d, store } = JSON.parse(await readFile(join(directory, 'private.json'), 'utf8'))
  expect(d).toBeUndefined()
  expect(store.name).toBe('pkcs11')
  // Without the store's variables it is not usable, and says why.
  await expect(readKeyDirectory(directory)).rejects.toThrow(
    'private.json names a key that cannot be used: The key is in a PKCS#11 token, but PKCS11_MODULE is not set.',
  )
})

test('says in one line that a store cannot be used', async () => {
  const args = ['--type=ES256', '--store=pkcs11', `--output=${directory}`]
  const { code, output } = await keygen(...args)
  expect(code).toBe(1)
  expect(output.trim().split('\n')).toHaveLength(1)
  expect(output).toContain('PKCS11_MODULE is not set')
})

test.each([
  ['a store that is not known', '{"name": "vault", "id": "1"}', 'must name a key store (pkcs11 or awskms)'],
  ['a store without an id', '{"name": "pkcs11"}', 'and the id of a key there'],
  ['a store that is no object', '"pkcs11"', 'must name a key store'],
])('refuses a reference to %s', async (_name, store, message) => {
  await writeNewKey(directory, await generateSigningKey('ES256'))
  const file = join(directory, 'private.json')
  const { d: _, ...publicJwk } = JSON.parse(await readFile(file, 'utf8'))
  await writeFile(file, JSON.stringify({ ...publicJwk, store: JSON.parse(store) }))
  await expect(readKeyDirectory(directory)).rejects.toThrow(message)
})

test('refuses a reference with a private part', async () => {
  await writeNewKey(directory, await generateSigningKey('ES256'))
  const file = join(directory, 'private.json')
  const store = { name: 'pkcs11', id: '01' }
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), store }))
  await expect(readKeyDirectory(directory)).rejects.toThrow('has the private member "d"')
})

test.each([
  ['an unknown store', ['--type=ES256', '--store=vault', '--output=x'], '--store "vault" is not known'],
  ['an unknown type', ['--type=HS256', '--output=x'], '"HS256" is not supported. Use RS256'],
  ['no type', ['--output=x'], '--type is missing'],
  ['no directory', ['--type=ES256'], '--output is missing'],
  ['an unknown option', ['--what'], "Unknown option '--what'"],
])('prints the error and the usage: %s', async (_what, args, sentence) => {
  const { code, output } = await keygen(...args)
  expect(code).toBe(1)
  expect(output).toContain(sentence)
  expect(output).toContain('Usage: inmor-keygeneration')
})
