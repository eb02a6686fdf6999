/** `inmor resolve`: the metadata of a member from files alone, when nothing else is there any more. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { openFolder } from '#federation/files/folder.ts'
import { resolveOffline } from '#federation/mirror/resolve.ts'
import { folderInFile, inFile } from '#test/helpers/in-file.ts'
import { inmor } from '#test/helpers/product.ts'
import { compareOnce, openExport } from '../export/exported.ts'
import { offlineEntity } from '../offline-entity.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'
import { forgeSource, serveFolder, signResponse } from './mirrored.ts'

const type = 'https://ta.example/marks/member'
const policy = { metadata_policy: { openid_relying_party: { client_name: { value: 'Changed by policy' } } } }

/** Marks of other types are in no response. */
const recognized = { trust_mark_issuers: { [type]: [entityId] } }

const path = folderInFile('export')
const keys = folderInFile('keys')
const ta = trustAnchorInFile()
const rp = inFile(() => offlineEntity('https://rp.example.org'))

beforeAll(async () => {
  await ta.publishConfiguration(recognized)
  await ta.publishSubordinate({ ...rp, statement: policy })
  await ta.issueTrustMark({ type, subject: rp.id })
  await compareOnce(openExport(ta, path))
})
const served = inFile(() => serveFolder(path))

const resolve = (sub: string, from: string, ...more: string[]) =>
  inmor({ environment: {} }, ['resolve', sub, '--from', from, ...more])

describe('inmor resolve', () => {
  it('resolves from a folder, and says of what time that is', async () => {
    const { code, stdout, stderr } = await resolve(rp.id, path)
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(
      /^https:\/\/rp\.example\.org is a member below https:\/\/ta\.example, as of 20\S+Z\. This holds until 20\S+Z\.$/m,
    )
    expect(stdout).toContain(`Trust Marks: ${type}`)
    expect(stdout).toContain('Changed by policy')
  })

  it('resolves from a URL with pinned keys, as JSON', async () => {
    const file = join(keys, 'jwks.json')
    await writeFile(file, JSON.stringify({ keys: [toPublicJwk(ta.key)] }))
    const args = ['--allow-http', '--jwks', file, '--json']
    const { code, stdout, stderr } = await resolve(rp.id, served.url, ...args)
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      subject: rp.id,
      trustAnchor: entityId,
      trustMarks: [type],
      metadata: { openid_relying_party: { client_name: 'Changed by policy' } },
    })
  })

  it.each([
    ['of another entity', 'https://none.example', [], /have no response about https:\/\/none\.example/],
    ['with other keys', rp, ['--jwks'], /is not one of its issuer's keys/],
  ] as const)('refuses an answer %s', async (_, sub, flags, reason) => {
    const file = join(keys, 'other.json')
    await writeFile(file, JSON.stringify({ keys: [toPublicJwk(await generateSigningKey('ES256'))] }))
    const { code, stderr } = await resolve(
      typeof sub === 'string' ? sub : sub.id,
      path,
      ...(flags.length > 0 ? [...flags, file] : []),
    )
    expect(code).toBe(1)
    expect(stderr).toMatch(reason)
  })
})

it.each([
  ['after its end', 3_700, /expired/],
  ['of a clock that is a day behind', -86_400, /in the future/],
])('refuses the files %s', async (_, seconds, reason) => {
  const folder = openFolder(path)
  const options = { file: async (name: string) => folder.read(name), pinned: null, now: ta.now() + seconds }
  await expect(resolveOffline(rp.id, options)).rejects.toThrow(reason)
})

it('refuses a response that the anchor did not sign, or about another entity', async () => {
  const source = await forgeSource(ta.key, path)
  const other = await generateSigningKey('ES256')
  const read = openFolder(source.path)
  const options = { file: async (name: string) => read.read(name), pinned: null, now: ta.now() }
  const file = `resolve/${encodeURIComponent(rp.id)}.jwt`
  for (const [key, sub, reason] of [
    [other, rp.id, /is not one of its issuer's keys/],
    [ta.key, 'https://x.example', /The response is about https:\/\/x\.example/],
  ] as const) {
    await source.write(file, await signResponse(sub, key))
    await expect(resolveOffline(rp.id, options)).rejects.toThrow(reason)
  }
  await source.close()
})
