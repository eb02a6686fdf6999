/** Tests the examples of deploy/edge: files go first, the server answers the rest, and files alone answer for every member. */
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { inTest } from '#test/helpers/in-file.ts'
import { inmor } from '#test/helpers/product.ts'
import { ask, isInstalled, type ReverseProxy, startProxy } from '#test/helpers/proxy.ts'
import { type EdgeKind, filesOf } from '#test/helpers/proxy-rows.ts'
import { many, publishCollection, withCollection } from '../federation/collection/published-collection.ts'
import { exportOnce, openExport } from '../federation/export/exported.ts'
import { openMirror } from '../federation/mirror/mirrored.ts'
import { offlineEntity } from '../federation/offline-entity.ts'
import { entityId, trustAnchorInFile } from '../federation/trust-anchor.ts'

const leaf = 'https://rp.example.org'
const nested = 'https://host.example.org/a/b-1'
const type = 'https://ta.example/marks/member'
const [sub, marked] = [encodeURIComponent(leaf), encodeURIComponent(type)]

/** What files answer. */
const answers = [
  '/.well-known/openid-federation',
  `/fetch?sub=${sub}`,
  `/fetch?sub=${leaf}`,
  `/fetch?iss=${encodeURIComponent(entityId)}&sub=${sub}`,
  `/fetch?sub=${sub}&iss=${encodeURIComponent(entityId)}`,
  `/fetch?sub=${nested}`,
  `/fetch?sub=${encodeURIComponent(nested)}`,
  `/trust_mark?trust_mark_type=${marked}&sub=${sub}`,
  `/trust_mark?sub=${sub}&trust_mark_type=${marked}`,
  '/list',
  '/list?intermediate=true',
  '/list?entity_type=openid_relying_party',
  `/trust_mark_list?trust_mark_type=${marked}`,
  '/status_list/1',
  '/collection',
  '/collection?entity_type=openid_relying_party',
]

/** What is signed ahead, so that the server's own answer has another time. */
const resolved = [
  `/resolve?sub=${sub}&trust_anchor=${encodeURIComponent(entityId)}`,
  `/resolve?trust_anchor=${entityId}&sub=${sub}`,
]

const withPort = 'https://rp.example.org:8443/tenants/a-1/'
const typeWithPort = 'https://ta.example:8443/marks/member'
const lowerCase = (text: string) => text.replace(/%[0-9A-F]{2}/g, (digits) => digits.toLowerCase())
const form = (value: string) => `${new URLSearchParams({ value })}`.slice('value='.length)

/** How clients write the value of a parameter. */
const spellings: Record<string, (value: string) => string> = {
  'Python: urlencode and requests; Go: QueryEscape; Java: URLEncoder; .NET: EscapeDataString; Rust: form_urlencoded':
    form,
  'JavaScript: encodeURIComponent': encodeURIComponent,
  'Python: quote': (value) => encodeURIComponent(value).replaceAll('%2F', '/'),
  '.NET: HttpUtility.UrlEncode': (value) => lowerCase(encodeURIComponent(value)),
  '.NET: Uri, and by hand': (value) => value,
  'Go: PathEscape': (value) => encodeURIComponent(value).replaceAll('%3A', ':'),
}
const spelled = Object.entries(spellings).flatMap(([client, spell]) => {
  const [sub, type, anchor] = [withPort, typeWithPort, entityId].map(spell)
  return [
    `/fetch?sub=${sub}`,
    `/trust_mark?trust_mark_type=${type}&sub=${sub}`,
    `/trust_mark?sub=${sub}&trust_mark_type=${type}`,
    `/trust_mark_list?trust_mark_type=${type}`,
    `/resolve?sub=${sub}&trust_anchor=${anchor}`,
    `/collection?Query=&from_entity_id=&limit=0&trust_anchor=${anchor}`, // go-oidfed
    `/collection?entity_type=openid_relying_party&limit=0&trust_anchor=${anchor}`,
  ].map((path) => ({ client, path }))
})

/** Names that lead elsewhere, and requests that no file answers. */
const others = [
  '/fetch?sub=../planted',
  '/fetch?sub=..%2Fplanted',
  '/fetch?sub=%2e%2e%2fplanted',
  '/fetch?sub=https://../planted',
  `/trust_mark?trust_mark_type=..&sub=planted`,
  `/trust_mark?sub=planted&trust_mark_type=..`,
  '/list?entity_type=../../planted',
  '/planted.jwt',
  '/status_list/../planted',
  '/status_list/..%2Fplanted',
  '/status_list/1.jwt',
  '/status_list/1?time=0',
  '/status_list/',
  `/fetch/${sub}.jwt`,
  '/.tmp/file',
  '/fetch',
  '/collection?from=../../planted',
  '/collection?query=entity',
  '/collection?entity_type=../../planted',
  `/fetch?sub=${sub}&sub=${sub}`,
  '/fetch?sub=https%3a%2f%2f..%2f..%2fplanted',
  '/fetch?sub=https://rp.example.org/../../planted',
  `/trust_mark?trust_mark_type=%2e%2e&sub=planted`,
  `/collection?limit=1&trust_anchor=${entityId}`,
  `/collection?limit=0&trust_anchor=${encodeURIComponent('https://other.example')}`,
  `/collection?trust_anchor=${entityId}&trust_anchor=${encodeURIComponent('https://other.example')}`,
  `/fetch?iss=${entityId}&sub=..%2Fplanted`,
  `/fetch?iss=${entityId}&sub=${sub}&sub=${sub}`,
  `/resolve?sub=${sub}&trust_anchor=${encodeURIComponent('https://other.example')}`,
  `/resolve?sub=${sub}&trust_anchor=${encodeURIComponent(entityId)}&entity_type=openid_provider`,
]

it('inmor edge prints the example for another name, folder and server', async () => {
  const file = (name: string) => readFile(new URL(`../../deploy/edge/${name}`, import.meta.url), 'utf8')
  for (const [server, name] of [
    ['nginx', 'nginx.conf'],
    ['caddy', 'Caddyfile'],
  ] as const) {
    const same = await inmor({ environment: {} }, ['edge', server, 'https://ta.example.org'])
    expect(same, same.stderr).toMatchObject({ code: 0, stdout: await file(name) })
    const options = ['--folder', '/var/lib/files', '--ta', 'ta:8081']
    const { stdout } = await inmor({ environment: {} }, [
      'edge',
      server,
      'https://fed.example:8443',
      ...options,
    ])
    expect(stdout).not.toMatch(/ta\\?\.example|\/srv\/inmor|127\.0\.0\.1/)
    expect(stdout).toContain('fed\\.example(?::|%3[Aa])8443')
    expect(stdout).toMatch(server === 'nginx' ? 'listen 8443 ssl;' : 'https://fed.example:8443 {')
  }
  const withPath = await inmor({ environment: {} }, ['edge', 'nginx', 'https://ta.example.org/edu'])
  expect(withPath).toMatchObject({ code: 1, stderr: expect.stringContaining('has a path') })
})

describe.each<EdgeKind>(['nginx edge', 'caddy edge'])('%s', (kind) => {
  const ta = trustAnchorInFile()
  let proxy: ReverseProxy
  let directory = ''
  /** The answers of the server when they were exported. */
  const before = new Map<string, string>()
  /** The second page of /collection. */
  let second = ''
  const get = (path: string, options = {}) => ask(proxy, proxy.ports.ta, path, options)

  beforeEach(async ({ skip }) => {
    if (!(await isInstalled(kind))) skip(`${kind} is not installed here`)
  })

  beforeAll(async () => {
    if (!(await isInstalled(kind))) return
    directory = await mkdtemp(join(tmpdir(), 'inmor-edge-'))
    await ta.publishConfiguration(withCollection())
    await publishCollection(ta.redis.client, many(501))
    await ta.publishSubordinate(await offlineEntity(leaf))
    await ta.publishSubordinate({ id: nested })
    await ta.issueTrustMark({ type, subject: leaf })
    await ta.publishSubordinate(await offlineEntity(withPort))
    await ta.issueTrustMark({ type: typeWithPort, subject: withPort })
    await ta.publishStatusList({ number: 1, type, revoked: [3] })
    const context = openExport(ta, filesOf(directory))
    await exportOnce(context)
    const { next } = (await ta.app.inject('/collection')).json<{ next: string }>()
    second = `/collection?from=${next}`
    for (const path of [...answers, second, ...spelled.map((each) => each.path)])
      before.set(path, (await ta.app.inject(path)).body)
    await writeFile(join(filesOf(directory), 'planted.jwt'), 'planted')
    const url = new URL(await ta.app.listen({ host: '127.0.0.1', port: 0 }))
    proxy = await startProxy(kind, directory, { ta: Number(url.port), admin: 0 }, '')
  })
  afterAll(async () => {
    await proxy?.close()
    if (directory) await rm(directory, { recursive: true })
  })

  describe('beside the server', () => {
    it.for(answers)('%s is a file with the bytes, the media type and the age of the server', async (path) => {
      const [found, expected] = [await get(path), await ta.app.inject(path)]
      expect(found).toMatchObject({ status: 200, body: expected.body })
      expect(found.headers).toMatchObject({
        'content-type': expected.headers['content-type'],
        'cache-control': path.startsWith('/collection')
          ? expected.headers['cache-control']
          : 'public, max-age=60',
        'access-control-allow-origin': '*',
        'x-content-type-options': 'nosniff',
      })
      expect(found.headers.etag).toBeUndefined()
    })

    it('only what proves nothing may be sent by caches while the server fails', async () => {
      for (const path of [...answers, ...resolved]) {
        const isStale = String((await get(path)).headers['cache-control']).includes('stale-if-error')
        expect(isStale, path).toBe(path.startsWith('/collection'))
        const own = String((await ta.app.inject(path)).headers['cache-control'])
        expect(own.includes('stale-if-error'), path).toBe(path.startsWith('/collection'))
      }
    })

    it('a long list is sent compressed to those who accept it, and no short one', async () => {
      for (const path of ['/collection', '/collection?entity_type=openid_relying_party', '/list']) {
        const plain = await get(path)
        const found = await get(path, { headers: { 'accept-encoding': 'gzip' } })
        const isLong = path !== '/list'
        expect(found.headers['content-encoding'], path).toBe(isLong ? 'gzip' : undefined)
        expect(isLong ? gunzipSync(found.bytes) : found.bytes).toEqual(plain.bytes)
        expect(found.headers['content-type']).toBe('application/json')
        expect(found.headers.etag).toBeUndefined()
        if (isLong)
          expect([found, plain].map(({ headers }) => headers.vary)).toEqual([
            'Accept-Encoding',
            'Accept-Encoding',
          ])
      }
    })

    it.for(resolved)('%s is a file with the media type of the server', async (path) => {
      const [found, expected] = [await get(path), await ta.app.inject(path)]
      expect(found.status).toBe(200)
      expect(found.headers['content-type']).toBe(expected.headers['content-type'])
      expect(decodeJwt(found.body).metadata).toEqual(decodeJwt(expected.body).metadata)
    })

    it.for(others)('%s is left to the server', async (path) => {
      const [found, expected] = [await get(path), await ta.app.inject(path)]
      expect(found.status).toBe(expected.statusCode)
      expect(found.body).not.toBe('planted')
      for (const name of ['cache-control', 'access-control-allow-origin'])
        expect(found.headers[name], name).toBe(expected.headers[name])
    })

    it('a POST and a new member are left to the server', async () => {
      const form = { 'content-type': 'application/x-www-form-urlencoded' }
      const posted = await get('/fetch', { method: 'POST', headers: form, body: `sub=${sub}` })
      expect(posted.status).toBe(
        (await ta.app.inject({ method: 'POST', url: '/fetch', headers: form })).statusCode,
      )
      const jwt = await ta.publishSubordinate({ id: 'https://new.example.org' })
      expect(await get(`/fetch?sub=${encodeURIComponent('https://new.example.org')}`)).toMatchObject({
        status: 200,
        body: jwt,
      })
    })
  })

  it('a file that is replaced or removed is seen within two seconds', async () => {
    const path = join(filesOf(directory), 'fetch', `${sub}.jwt`)
    const jwt = await readFile(path, 'utf8')
    const asked = async () => (await get(`/fetch?sub=${sub}`)).body
    const seen = (body: string) => expect.poll(asked, { timeout: 2_000, interval: 100 }).toBe(body)
    await seen(jwt)
    await writeFile(`${path}.new`, 'another')
    await rename(`${path}.new`, path)
    await seen('another')
    await rm(path)
    await expect.poll(asked, { timeout: 2_000, interval: 100 }).not.toBe('another')
    await writeFile(path, jwt)
    await seen(jwt)
  })

  it('a mirror has each file from the server, or without it, and no other file', async () => {
    const path = join(directory, 'mirror')
    const file = async (name: string) => {
      const { status, body } = await get(`/export/${name.split('/').map(encodeURIComponent).join('/')}`)
      return status === 404 ? null : Buffer.from(body)
    }
    const mirror = await inTest(openMirror({ name: 'https://ta.example.org', file }, { path }))
    expect((await mirror.pull()).removed).toBe(0)
    for (const file of [
      `fetch/${sub}.jwt`,
      'list/all.json',
      'manifest.jwt',
      '.well-known/openid-federation',
    ]) {
      expect(await readFile(join(path, file)), file).toEqual(await readFile(join(filesOf(directory), file)))
    }
    const manifest = await get('/export/manifest.jwt')
    expect(manifest.headers).toMatchObject({
      'cache-control': 'no-cache',
      'access-control-allow-origin': '*',
    })
    await mkdir(join(filesOf(directory), '.tmp'), { recursive: true })
    await writeFile(join(filesOf(directory), '.tmp', 'file'), 'planted')
    for (const outside of [
      '/export/.tmp/file',
      '/export/../planted',
      '/export/%2e%2e/planted',
      '/export/none',
    ]) {
      const { status, body } = await get(outside)
      expect({ status: status >= 400, body: body === 'planted' }, outside).toEqual({
        status: true,
        body: false,
      })
    }
  })

  describe('without the server', () => {
    beforeAll(async () => {
      if (!proxy) return
      await ta.app.close()
    })

    it.for(answers)('%s is still answered', async (path) => {
      expect(await get(path)).toMatchObject({ status: 200, body: before.get(path) })
      expect(await get(path, { headers: { 'if-none-match': '"of the server"' } })).toMatchObject({
        status: 200,
      })
    })

    it.for(spelled)('$client finds $path', async ({ path }) => {
      const { status, body } = await get(path)
      expect(status).toBe(200)
      const [found, expected] = [body, before.get(path) ?? '']
      if (path.startsWith('/resolve')) expect(decodeJwt(found).sub).toBe(decodeJwt(expected).sub)
      else expect(found).toBe(expected)
    })

    it('the second page of the collection is still answered', async () => {
      expect(await get(second)).toMatchObject({ status: 200, body: before.get(second) })
    })

    it.for(resolved)('%s is still answered', async (path) => {
      expect(decodeJwt((await get(path)).body)).toMatchObject({ iss: entityId, sub: leaf })
    })

    it.for([...others, `/fetch?sub=${encodeURIComponent('https://none.example')}`])(
      '%s is an error',
      async (path) => {
        const { status, headers, body } = await get(path)
        expect({ status, type: headers['content-type'], error: JSON.parse(body).error }).toEqual({
          status: 503,
          type: 'application/json',
          error: 'temporarily_unavailable',
        })
      },
    )
  })
})
