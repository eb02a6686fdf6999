/** `inmor mirror` as a member runs it, without an account. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { computeKeyId } from '#core/keys.ts'
import { parseManifest } from '#federation/files/manifest.ts'
import { CONFIGURATION_FILE } from '#federation/files/place.ts'
import { folderInFile, inFile, inTest } from '#test/helpers/in-file.ts'
import { inmor } from '#test/helpers/product.ts'
import { run } from '#test/helpers/program.ts'
import { many, publishCollection, withCollection } from '../collection/published-collection.ts'
import { exportOnce, openExport } from '../export/exported.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'
import { forgeSource, serveFolder, signConfiguration } from './mirrored.ts'

const MEMBERS = 1_000
const memberId = (at: number) => `https://rp-${at}.example.org`
const type = 'https://ta.example/marks/member'

const ta = trustAnchorInFile()
const directory = folderInFile('mirror')
const [exported, path] = [join(directory, 'export'), join(directory, 'files')]
const context = inFile(() => openExport(ta, exported))
const source = inFile(() => serveFolder(exported))

beforeAll(async () => {
  await ta.publishConfiguration(withCollection())
  await publishCollection(ta.redis.client, many(501))
  for (let at = 0; at < MEMBERS; at++) await ta.publishSubordinate({ id: memberId(at) })
  await ta.issueTrustMark({ type, subject: memberId(0) })
  await ta.publishStatusList({ number: 1, type, revoked: [3] })
  await exportOnce(context)
})

const start = (...options: string[]) =>
  run('server/cli/inmor.ts', ['mirror', source.url, path, '--allow-http', ...options])
/** The same as a command in this process, with variables. */
const mirror = (args: readonly string[], environment: Record<string, string> = {}) =>
  inmor({ environment }, ['mirror', ...args])
const numberOf = async (folder: string) =>
  parseManifest(await readFile(join(folder, 'manifest.jwt'), 'utf8')).claims.number
const names = (folder: string) => readdir(join(folder, 'fetch')).catch(() => [])

it('has no half file, wherever it is killed, and completes the folder at the next start', async () => {
  for (const some of [1, 500]) {
    const program = start('--once')
    await expect.poll(async () => (await names(path)).length, { interval: 5 }).toBeGreaterThan(some)
    program.kill('SIGKILL')
    await program.ended
    for (const name of await names(path)) {
      expect(await readFile(join(path, 'fetch', name))).toEqual(await readFile(join(exported, 'fetch', name)))
    }
    await expect(readFile(join(path, 'manifest.jwt'))).rejects.toThrow('ENOENT')
  }
  const program = start('--once')
  expect((await program.ended).code, program.output()).toBe(0)
  expect(program.stdout()).toMatch(/^Manifest \d+ of 20.*Z: \d+ files written, 0 removed\.$/m)
  expect(await names(path)).toHaveLength(MEMBERS)
})

it('follows the source, serves its files, and says once why it keeps them as they are', async () => {
  const program = start('--every', '1', '--serve', '127.0.0.1:0')
  const [, url] = await program.printed(/Serving at (http:\S+)/)
  await program.printed(/Manifest/)
  for (const [endpoint, query] of [
    ['/.well-known/openid-federation', {}],
    ['/fetch', { sub: memberId(7) }],
    ['/trust_mark', { trust_mark_type: type, sub: memberId(0) }],
    ['/list', {}],
    ['/list', { entity_type: 'openid_relying_party' }],
    ['/trust_mark_list', { trust_mark_type: type }],
    ['/status_list/1', {}],
    ['/collection', {}],
    ['/collection', { from: String((await ta.get('/collection')).json().next) }],
    ['/collection', { entity_type: 'openid_relying_party' }],
  ] as const) {
    const [answer, expected] = await Promise.all([
      fetch(`${url}${endpoint}?${new URLSearchParams(query)}`),
      ta.get(endpoint, query),
    ])
    expect(answer.headers.get('content-type')).toBe(expected.headers['content-type'])
    expect(await answer.text(), endpoint).toBe(expected.body)
  }
  for (const missing of [
    '/fetch?sub=https://none.example',
    '/fetch',
    '/list?entity_type=../x',
    '/collection?entity_type=../x',
    '/collection?query=x',
    '/collection?from=x&entity_type=x',
    '/export/.tmp/file',
  ]) {
    const answer = await fetch(`${url}${missing}`)
    expect([400, 404], missing).toContain(answer.status)
    expect(await answer.json()).toHaveProperty('error')
  }
  await ta.removeSubordinate(memberId(7))
  await exportOnce(context)
  await expect.poll(() => names(path)).toHaveLength(MEMBERS - 1)
  await writeFile(join(exported, 'manifest.jwt'), 'half')
  await program.printed(/Kept as it was: .*compact form/)
  expect(await names(path)).toHaveLength(MEMBERS - 1)
  program.kill('SIGTERM')
  expect((await program.ended).code).toBe(0)
  expect(program.stderr().match(/Kept as it was/g)).toHaveLength(1)
  await exportOnce(context)
})

it('prints the keys that it trusts at first, and none where they are given', async () => {
  const small = await inTest(forgeSource(ta.key))
  const configuration = await signConfiguration([ta.key])
  await small.write(CONFIGURATION_FILE, configuration)
  await small.sign({ [CONFIGURATION_FILE]: configuration })
  const thumbprint = await computeKeyId(ta.key)
  const notice = `These keys of ${entityId} are trusted from now on.`
  const keys = join(directory, 'keys.json')
  await writeFile(keys, JSON.stringify(ta.jwks))
  for (const [folder, options, isNew] of [
    ['new', [], true],
    ['new', [], false],
    ['pinned', ['--jwks', keys], false],
  ] as const) {
    const place = join(directory, folder)
    const { code, stderr } = await mirror([small.url, place, '--once', ...options], { ALLOW_HTTP: 'true' })
    expect(code, stderr).toBe(0)
    expect(stderr.includes(notice)).toBe(isNew)
    expect(stderr.includes(`  ${thumbprint} (kid ${ta.key.kid})`)).toBe(isNew)
  }
})

it('says that it got two manifests with one number, in its log and by its exit code', async () => {
  const fork = await inTest(forgeSource(ta.key, exported))
  const { number } = await fork.sign({}, { number: await numberOf(path) })
  const reason = `Two manifests have the number ${number} and different files`
  const args = [fork.url, path, '--allow-http']
  const { code, stderr } = await mirror([...args, '--once'])
  expect(code).toBe(1)
  expect(stderr).toContain(reason)
  const program = run('server/cli/inmor.ts', ['mirror', ...args, '--every', '1'])
  await program.printed(new RegExp(`Kept as it was: ${reason}`))
  program.kill('SIGTERM')
  expect((await program.ended).code).toBe(0)
  expect(await names(path)).toHaveLength(MEMBERS - 1)
})

it('keeps the files of a folder beside it', async () => {
  await exportOnce(context)
  const copy = join(directory, 'copy')
  const { code, stdout, stderr } = await mirror([exported, copy, '--once', '--json'])
  expect(code, stderr).toBe(0)
  const { number, signed, ...counts } = JSON.parse(stdout)
  expect([number, signed]).toEqual([expect.any(Number), expect.any(Number)])
  expect(counts).toEqual({ written: expect.any(Number), removed: 0, moved: [] })
  expect(await names(copy)).toEqual(await names(exported))
})

it('ends with a reason without a source, and with wrong arguments', async () => {
  for (const [args, reason] of [
    [['http://127.0.0.1:1', path, '--once', '--allow-http'], /http:\/\/127\.0\.0\.1:1\S+ .*connection/],
    [['http://ta.example', path, '--once'], /is not an https URL/],
    [[source.url, path, '--once', '--allow-http', '--jwks', '/none'], /\/none is not a readable JWK Set/],
    [['/none', path, '--once'], /^There is no folder \/none\. Name/m],
    [['ftp://ta.example', path, '--once'], /Use a URL, such as https/],
    [[exported, join(exported, '.'), '--once'], /Source and target are the same folder/],
    [[exported, 'https://ta.example', '--once'], /https:\/\/ta\.example cannot be written/],
    [[source.url, path, '--every', 'often'], /It is a number of seconds/],
  ] as const) {
    const { code, stderr } = await mirror(args, { ALLOW_HTTP: 'false' })
    expect(code).not.toBe(0)
    expect(stderr).toMatch(reason)
    expect(stderr).not.toContain('    at ')
  }
})
