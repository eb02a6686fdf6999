/** Tests that the files of an export are what the server sends to anyone, byte for byte, and nothing else. */
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import type { Export } from '#federation/export/comparison.ts'
import { folderInFile, inFile } from '#test/helpers/in-file.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'
import { compareOnce, openExport, textOf } from './exported.ts'

const leaf = 'https://rp.example.org'
const nested = 'https://host.example.org/a/b?c=ü&d'
const type = 'https://ta.example/marks/member'

const path = folderInFile('export')
const ta = trustAnchorInFile()
const context: Export = inFile(() => openExport(ta, path))
const encoded = encodeURIComponent
const read = (file: string) => textOf(path, file)

beforeAll(async () => {
  await ta.publishConfiguration()
  await ta.publishSubordinate({ id: leaf })
  await ta.publishSubordinate({ id: 'https://op.example.org', entityTypes: ['openid_provider'] })
  await ta.publishSubordinate({ id: 'https://ia.example.org/x', intermediate: true })
  await ta.issueTrustMark({ type, subject: leaf })
  await ta.publishStatusList({ number: 1, type, revoked: [7] })
})

it('has a file with the bytes of each answer', async () => {
  expect(await compareOnce(context)).toEqual({ written: expect.any(Number), removed: 0, faulty: 0 })
  const answers: [file: string, path: string, query?: Record<string, string>][] = [
    ['.well-known/openid-federation', '/.well-known/openid-federation'],
    [`fetch/${encoded(leaf)}.jwt`, '/fetch', { sub: leaf }],
    [`fetch/${encoded('https://ia.example.org/x')}.jwt`, '/fetch', { sub: 'https://ia.example.org/x' }],
    [`trust_mark/${encoded(type)}/${encoded(leaf)}.jwt`, '/trust_mark', { trust_mark_type: type, sub: leaf }],
    ['list/all.json', '/list'],
    ['list/intermediates.json', '/list', { intermediate: 'true' }],
    ['list/entity_type/openid_provider.json', '/list', { entity_type: 'openid_provider' }],
    [`trust_mark_list/${encoded(type)}.json`, '/trust_mark_list', { trust_mark_type: type }],
    ['status_list/1.jwt', '/status_list/1'],
  ]
  for (const [file, url, query] of answers) {
    const answer = await ta.get(url, query)
    expect(answer.statusCode, file).toBe(200)
    expect(await read(file), file).toBe(answer.body)
  }
  expect(await read('historical_keys.jwt')).toBeNull() // there are none yet
})

it('writes nothing again that has not changed', async () => {
  const file = join(path, `fetch/${encoded(leaf)}.jwt`)
  const before = await stat(file)
  expect(await compareOnce(context)).toEqual({ written: 0, removed: 0, faulty: 0 })
  expect((await stat(file)).ino).toBe(before.ino)
})

it('repairs a file that was changed, removed or added by another program', async () => {
  const [changed, added] = [`fetch/${encoded(leaf)}.jwt`, `fetch/${encoded('https://gone.example')}.jwt`]
  await writeFile(join(path, changed), 'half')
  await writeFile(join(path, added), 'old')
  await mkdir(join(path, 'trust_mark', encoded('https://old.example/type')))
  await writeFile(
    join(path, 'trust_mark', encoded('https://old.example/type'), `${encoded(leaf)}.jwt`),
    'old',
  )
  expect(await compareOnce(context)).toEqual({ written: 1, removed: 2, faulty: 0 })
  expect(await read(changed)).toBe((await ta.get('/fetch', { sub: leaf })).body)
  expect(await read(added)).toBeNull()
})

it('leaves the file of an answer that has a fault, and compares the others', async () => {
  const file = `fetch/${encoded(leaf)}.jwt`
  const before = await read(file)
  await ta.redis.client.hset(ta.names.subordinates, leaf, 'not a JWT')
  await ta.announce({ kind: 'subordinate', id: leaf })
  await ta.publishSubordinate({ id: 'https://beside.example.org' })
  expect(await compareOnce(context)).toMatchObject({ removed: 0, faulty: 1 })
  expect(await read(file)).toBe(before)
  expect(await read(`fetch/${encoded('https://beside.example.org')}.jwt`)).not.toBeNull()
  await ta.publishSubordinate({ id: leaf })
})

it('leaves no name that could lead out of the folder, and none that is too long', async () => {
  const types = ['..', '.', '../../outside', 'a\u0000b', `https://ta.example/${'x'.repeat(300)}`]
  for (const hostile of types) await ta.issueTrustMark({ type: hostile, subject: leaf })
  const long = `https://long.example.org/${'y'.repeat(300)}`
  await ta.publishSubordinate({ id: long })
  await ta.publishSubordinate({ id: nested })
  await compareOnce(context)
  const all = await readdir(path, { recursive: true })
  const written = await readdir(join(path, 'trust_mark'))
  expect(written.sort()).toEqual(
    [encoded(type), encoded('https://old.example/type'), encoded('../../outside')].sort(),
  )
  expect(all.filter((name) => name.includes('y'.repeat(300)))).toEqual([])
  expect(await readdir(join(path, '..'))).not.toContain('outside')
  expect((await readdir(path)).sort()).toEqual(
    [
      '.tmp',
      '.well-known',
      'fetch',
      'list',
      'objects',
      'status_list',
      'trust_mark',
      'trust_mark_list',
    ].sort(),
  )
})

it('has no file of an endpoint that demands client authentication', async () => {
  const metadata = {
    federation_entity: {
      federation_fetch_endpoint: `${entityId}/fetch`,
      federation_fetch_endpoint_auth_methods: ['private_key_jwt'],
    },
  }
  await ta.publishConfiguration({ metadata })
  await compareOnce(context)
  expect(await readdir(join(path, 'fetch'))).toEqual([])
  await ta.publishConfiguration()
  await compareOnce(context)
  expect(await readdir(join(path, 'fetch'))).toContain(`${encoded(leaf)}.jwt`)
})

it('keeps the files when Redis has lost everything', async () => {
  const before = await readdir(join(path, 'fetch'))
  await ta.redis.client.flushall()
  await ta.announce({ kind: 'all' })
  await expect(compareOnce(context)).rejects.toThrow(/answered 503/)
  expect(await readdir(join(path, 'fetch'))).toEqual(before)
})
