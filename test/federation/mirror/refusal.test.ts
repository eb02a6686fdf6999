/** Tests that a mirror refuses a state with the reason, and keeps what it has. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { signJwt } from '#core/jws.ts'
import { generateSigningKey } from '#core/keys.ts'
import { inEach } from '#test/helpers/in-file.ts'
import { textOf } from '../export/exported.ts'
import { entityId } from '../trust-anchor.ts'
import { forgeSource, openMirror, signConfiguration } from './mirrored.ts'

const own = '.well-known/openid-federation'
const list = 'list/all.json'
const sub = 'https://rp.example.org'
const about = `fetch/${encodeURIComponent(sub)}.jwt`
const now = () => Math.floor(Date.now() / 1000)

const [key, foreign] = await Promise.all([generateSigningKey('ES256'), generateSigningKey('ES256')])
const source = inEach(() => forgeSource(key))
const mirror = inEach(() => openMirror(source.url))
let files: Record<string, string>

const sign = (claims: object, signer = key, typ = 'entity-statement+jwt') =>
  signJwt(claims, { key: signer, typ })
const statement = (claims: object = {}, signer = key) =>
  sign({ iss: entityId, sub, iat: now(), exp: now() + 600, ...claims }, signer)

async function write(changes: Record<string, string>) {
  files = { ...files, ...changes }
  for (const [file, text] of Object.entries(changes)) await source.write(file, text)
}

/** The state that the mirror had stays. */
async function expectRefusal(reason: RegExp) {
  const before = await Promise.all(
    [own, about, list, 'manifest.jwt'].map((file) => textOf(mirror.path, file)),
  )
  await expect(mirror.pull({ isWhole: false })).rejects.toThrow(reason)
  const after = await Promise.all([own, about, list, 'manifest.jwt'].map((file) => textOf(mirror.path, file)))
  expect(after).toEqual(before)
}

beforeEach(async () => {
  files = {}
  await write({
    [own]: await signConfiguration([key]),
    [about]: await statement(),
    [list]: JSON.stringify([sub]),
  })
  await source.sign(files, { number: 100 })
  await mirror.pull()
})

it('refuses an old manifest', async () => {
  await source.sign(files, { number: 99 })
  await expectRefusal(/has the number 99, and 100 was seen before: it is old/)
})

it('refuses a manifest that has ended: the source stands still', async () => {
  await source.sign(files, { number: 101, at: now() - 700 })
  await expectRefusal(/The manifest expired at .* The source stands still/)
})

it('refuses a manifest of the future, as of a clock that is a day ahead', async () => {
  await source.sign(files, { number: 101, at: now() + 86_400 })
  await expectRefusal(/issued in the future.*clocks differ/)
})

it('refuses two manifests with one number and different files', async () => {
  await write({ [list]: '[]' })
  await source.sign(files, { number: 100 })
  await expectRefusal(/Two manifests have the number 100 and different files/)
})

it('refuses a manifest that another key signed', async () => {
  await source.sign(files, { number: 101, key: foreign })
  await expectRefusal(/is not one of its issuer's keys/)
})

it('refuses the files of another anchor', async () => {
  await source.sign(files, { number: 101, issuer: 'https://other.example' })
  await expectRefusal(/The manifest is of https:\/\/other\.example/)
})

it('refuses another anchor with its own keys', async () => {
  await write({ [own]: await signConfiguration([foreign]) })
  await source.sign(files, { number: 101, key: foreign })
  await expectRefusal(/is not one of its issuer's keys/)
})

it.each([
  ['another key signed', () => statement({}, foreign), /is not one of its issuer's keys/],
  [
    'is about another entity',
    () => statement({ sub: 'https://x.example' }),
    /has another sub than its name says/,
  ],
  [
    'is from another issuer',
    () => statement({ iss: 'https://x.example' }),
    /has another iss than its name says/,
  ],
  ['is no JWT', async () => 'half', /is not as the anchor signs/],
  [
    'has another type',
    () => sign({ iss: entityId, sub }, key, 'trust-mark+jwt'),
    /is not as the anchor signs/,
  ],
])('refuses a statement that %s', async (_, text, reason) => {
  await write({ [about]: await text() })
  await source.sign(files, { number: 101 })
  await expectRefusal(reason)
})

it('refuses a file that is missing', async () => {
  await write({ [about]: await statement({ note: 'another' }) })
  await source.sign(files, { number: 101 })
  await source.remove(about)
  await expectRefusal(/1 files are missing or not as its manifest says, such as fetch/)
})

it('refuses a node that is missing', async () => {
  await write({ [about]: await statement({ note: 'another' }) })
  const { root } = await source.sign(files, { number: 101 })
  await source.remove(`objects/${root.hash}.json`)
  await expectRefusal(/The source is incomplete: it has no objects/)
})

it.each([
  '../outside.json',
  'list/../../outside.json',
  'fetch/../manifest.jwt',
  'trust_mark/../x.jwt',
  'trust_mark/%2e%2e/x.jwt',
  '.tmp/x.jwt',
  'objects/x.json',
  `fetch/${'x'.repeat(300)}.jwt`,
  'fetch/a\u0000b.jwt',
  'fetch/https%3a%2f%2frp.example.org.jwt',
])(
  'refuses the path %s',
  async (path) => {
    await source.sign({ ...files, [path]: 'text' }, { number: 101 }).catch(() => undefined) // a list cannot be linked
    const names = { ...files, [path]: 'text' }
    expect(Object.keys(names)).toContain(path)
    await expectRefusal(/unknown path|The source is incomplete/)
    await expect(readFile(join(mirror.path, '..', 'outside.json'))).rejects.toThrow('ENOENT')
  },
  20_000,
)

it('refuses a source that is no export', async () => {
  await source.remove('manifest.jwt')
  await expectRefusal(/has no manifest\.jwt\. Name an anchor that serves its export/)
})
