import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { generateSigningKey, type Jwk, toPublicJwk } from '#core/keys.ts'
import { readKeyDirectory, watchKeyDirectory, writeNewKey } from '#store/key-directory.ts'

let directory: string
let key: Jwk

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keys-'))
  key = await generateSigningKey('ES256')
})
afterEach(() => rm(directory, { recursive: true }))

const write = async (name: string, value: unknown) =>
  writeFile(join(directory, name), typeof value === 'string' ? value : JSON.stringify(value))

test('a new key is written with the modes and names of the deployment guide', async () => {
  const { privateFile, publicFile } = await writeNewKey(directory, key)
  expect([privateFile, publicFile]).toEqual([
    join(directory, 'private.json'),
    join(directory, 'publickeys', `${key.kid}.json`),
  ])
  expect((await stat(privateFile)).mode & 0o777).toBe(0o600)
  expect((await stat(publicFile)).mode & 0o777).toBe(0o644)
  expect(JSON.parse(await readFile(privateFile, 'utf8'))).toEqual(key)
  expect(JSON.parse(await readFile(publicFile, 'utf8'))).toEqual(toPublicJwk(key))
  expect(await readdir(directory)).toEqual(['private.json', 'publickeys'])
})

test('replaces an existing key only with force', async () => {
  await writeNewKey(directory, key)
  const other = await generateSigningKey('ES256')
  await expect(writeNewKey(directory, other)).rejects.toThrow('already exists')
  expect((await readKeyDirectory(directory)).signer.kid).toBe(key.kid)
  await writeNewKey(directory, other, { force: true })
  expect((await readKeyDirectory(directory)).signer.kid).toBe(other.kid)
})

test('publishes the current, the announced and the earlier keys, each once and without private parts', {
  tags: '11.2/overlap',
}, async () => {
  const [next, earlier] = [await generateSigningKey('RS256'), await generateSigningKey('ES384')]
  await writeNewKey(directory, key)
  await write('next.json', next)
  await write(`publickeys/${earlier.kid}.json`, toPublicJwk(earlier))
  const { signer, published } = await readKeyDirectory(directory)
  expect(signer).toMatchObject({ kid: key.kid, alg: 'ES256' })
  expect(new Set(published.keys.map(({ kid }) => kid))).toEqual(new Set([key.kid, next.kid, earlier.kid]))
  expect(published.keys).toHaveLength(3)
  for (const jwk of published.keys) expect(jwk).not.toHaveProperty('d')
})

test('reads historical keys from the configured directory', async () => {
  await writeNewKey(directory, key)
  const old = { ...toPublicJwk(await generateSigningKey('ES256')), iat: 1, exp: 2 }
  const revoked = {
    ...toPublicJwk(await generateSigningKey('ES256')),
    exp: 2,
    revoked: { revoked_at: 1, reason: 'compromised' },
  }
  await mkdir(join(directory, 'historical_keys'))
  await write(`historical_keys/${old.kid}.json`, old)
  expect((await readKeyDirectory(directory)).historical).toEqual([old])
  await mkdir(join(directory, 'elsewhere'))
  await write(`elsewhere/${revoked.kid}.json`, revoked)
  const historicalDir = join(directory, 'elsewhere')
  expect((await readKeyDirectory(directory, { historicalDir })).historical).toEqual([revoked])
})

const faults: [what: string, file: string, content: unknown, sentence: RegExp][] = [
  ['not JSON', 'private.json', '{"d":"very secret"', /private\.json is not valid JSON\.$/],
  ['not a key', 'private.json', { hello: 'world' }, /private\.json does not contain a usable key: /],
  [
    'no kid',
    'private.json',
    { kty: 'EC', crv: 'P-256' },
    /private\.json does not contain a usable key: .*kid/,
  ],
  [
    'a private key among the public ones',
    'publickeys/leak.json',
    'private',
    /leak\.json .* private member "d"/,
  ],
  ['a historical key without exp', 'historical_keys/old.json', 'public', /old\.json .*exp/],
]

test.each(faults)('explains the error: %s', async (_what, file, content, sentence) => {
  await writeNewKey(directory, key)
  await mkdir(join(directory, 'historical_keys'))
  const samples: Record<string, unknown> = {
    private: await generateSigningKey('ES256'),
    public: toPublicJwk(key),
  }
  await write(file, typeof content === 'string' ? (samples[content] ?? content) : content)
  const error = await readKeyDirectory(directory).then(
    () => new Error('it was read'),
    (reason: Error) => reason,
  )
  expect(error.message).toMatch(sentence)
  expect(error.message).not.toContain('very secret')
})

test('reports a missing key, and how to generate one', async () => {
  await expect(readKeyDirectory(directory)).rejects.toThrow(
    /private\.json does not exist\. .*inmor-keygeneration/,
  )
})

test.each([
  ['ES256', 'd', 'private.json'],
  ['Ed448', 'd', 'private.json'],
  ['ML-DSA-65', 'priv', 'private.json'],
  ['ML-DSA-65', 'priv', 'next.json'],
] as const)('refuses a key for %s whose %s belongs to another key, in %s', async (alg, secret, file) => {
  await writeNewKey(directory, key)
  const [own, other] = [await generateSigningKey(alg), await generateSigningKey(alg)]
  await write(file, own)
  await expect(readKeyDirectory(directory)).resolves.toBeDefined()
  await write(file, { ...own, [secret]: other[secret] })
  const error = await readKeyDirectory(directory).catch((reason: Error) => reason)
  expect(String(error)).toMatch(/\.json contains a key whose signatures do not verify\. Check that/)
  expect(String(error)).not.toContain(String(other[secret]))
})

test('reports an unreadable key', async () => {
  await mkdir(join(directory, 'private.json'))
  await expect(readKeyDirectory(directory)).rejects.toThrow(/private\.json cannot be read \(EISDIR\)/)
})

test('reports an unwritable key', async () => {
  await writeFile(join(directory, 'publickeys'), '')
  await expect(writeNewKey(directory, key)).rejects.toThrow(/publickeys cannot be created/)
})

test('detects a key that is changed, added or removed', async () => {
  await writeNewKey(directory, key)
  let seen = Promise.withResolvers<void>()
  const watch = watchKeyDirectory(directory, () => seen.resolve(), { intervalMs: 5 })
  await watch.ready
  const changes = [
    () => write('next.json', key),
    () => writeNewKey(directory, { ...key, key_ops: ['sign'] }, { force: true }),
    () => chmod(join(directory, 'next.json'), 0o600).then(() => rm(join(directory, 'next.json'))),
  ]
  for (const change of changes) {
    seen = Promise.withResolvers()
    await change()
    await seen.promise
  }
  watch.close()
})
