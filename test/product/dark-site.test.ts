/** The whole site is killed: files and a mirror go on answering every member, until what they have ends. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { resolveTrustChains } from '@openid-federation/core'
import { compactVerify, decodeJwt, importJWK, type JWK, jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import type { AdminClient } from '#server/demo/admin-client.ts'
import { entityId } from '#test/federation/publisher.ts'
import { relyingPartyNamed, startEntity } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { connectAdmin, eventually, prepareInstallation, startProduct } from '#test/helpers/product.ts'
import { descendants, run, survivors } from '#test/helpers/program.ts'
import { ask, isInstalled, startProxy } from '#test/helpers/proxy.ts'
import { filesOf } from '#test/helpers/proxy-rows.ts'
import { startRedis } from '#test/helpers/redis.ts'
import { serveFolder } from '../federation/mirror/mirrored.ts'
import { mutate } from './mutation.ts'

const { fetch: fetchNow } = globalThis
const MEMBERS = 12
const markType = `${entityId}/marks/member`
const contacts = ['ops@example.org']
const policy = { openid_relying_party: { contacts: { value: contacts } } }

/** They stay: only the site of the anchor is away. */
const members = inFile(async () => {
  const start = (_: unknown, at: number) =>
    startEntity({ metadata: relyingPartyNamed(`Service ${at}`), authorityHints: [entityId] })
  const all = await Promise.all(Array.from({ length: MEMBERS }, start))
  return { ids: all.map(({ id }) => id), close: () => Promise.all(all.map((each) => each.close())) }
})

const query = (path: string, parameters: Record<string, string>) =>
  `${path}?${new URLSearchParams(parameters)}`
/** What has the same bytes for everyone. */
const paths = () => [
  '/.well-known/openid-federation',
  '/list',
  '/list?entity_type=openid_relying_party',
  query('/trust_mark_list', { trust_mark_type: markType }),
  '/historical_keys',
  ...members.ids.flatMap((sub) => [
    query('/fetch', { sub }),
    query('/trust_mark', { trust_mark_type: markType, sub }),
  ]),
]
/** What each server signs itself, so that the bytes differ. */
const signedPaths = () => ['/status_list/1', ...members.ids.map(resolvePath)]
const resolvePath = (sub: string) => query('/resolve', { sub, trust_anchor: entityId })

async function publish(admin: AdminClient): Promise<void> {
  await mutate(admin, 'updateFederationPolicy', { metadataPolicy: policy }, 'version')
  await mutate(admin, 'createTrustMarkType', { type: markType, statusList: true }, 'type')
  for (const id of members.ids) {
    await mutate(admin, 'registerSubordinate', { entityId: id }, 'entityId')
    await mutate(admin, 'issueTrustMark', { trustMarkType: markType, entityId: id }, 'id')
  }
}

/** With an exporter, nginx in front of its files, and a mirror. */
async function startSite(directory: string) {
  const redis = await startRedis()
  const installation = await prepareInstallation()
  const environment = { TA_DOMAIN: entityId, REDIS_URL: redis.url, ALLOW_HTTP: 'true' }
  const product = await startProduct(installation, environment)
  await publish(await connectAdmin(installation))
  const exporter = run('federation/export/main.ts', [filesOf(directory)], {
    environment: { ...environment, KEYS_DIR: join(installation.dataDirectory, 'keys') },
  })
  await exporter.printed(/was compared/)
  const { port } = new URL(installation.federationUrl)
  const edge = await startProxy('nginx edge', directory, { ta: Number(port), admin: 0 }, '')
  const source = await serveFolder(filesOf(directory))
  const folder = join(directory, 'mirror')
  const mirror = run('server/cli/inmor.ts', [
    'mirror',
    source.url,
    folder,
    '--serve',
    '127.0.0.1:0',
    '--every',
    '1',
    '--allow-http',
  ])
  const [, mirrorUrl = ''] = await mirror.printed(/Serving at (\S+)/)
  await mirror.printed(/^Manifest \d+/m)
  return {
    fromServer: async (path: string) => (await fetchNow(`${installation.federationUrl}${path}`)).text(),
    fromEdge: async (path: string) => (await ask(edge, edge.ports.ta, path)).body,
    fromMirror: async (path: string) => (await fetchNow(`${mirrorUrl}${path}`)).text(),
    isAway: () =>
      fetch(`${installation.federationUrl}/health`).then(
        () => false,
        () => true,
      ),
    /** All but nginx and the mirror, without a warning. */
    async kill() {
      const children = await descendants(product.pid)
      for (const program of [product, exporter]) program.kill('SIGKILL')
      await Promise.all([product.ended, exporter.ended, redis.close(), source.close()])
      await eventually(async () => expect(await survivors(children)).toEqual([]))
    },
    async close() {
      mirror.kill('SIGTERM')
      await Promise.all([mirror.ended, edge.close()])
    },
  }
}

let directory = ''
let site: Awaited<ReturnType<typeof startSite>>
/** What the server said at last. */
const said = new Map<string, string>()

beforeEach(async ({ skip }) => {
  if (!(await isInstalled('nginx edge'))) skip('nginx is not installed here')
})
beforeAll(async () => {
  if (!(await isInstalled('nginx edge'))) return
  directory = await mkdtemp(join(tmpdir(), 'inmor-dark-'))
  site = await startSite(directory)
  await eventually(async () => {
    for (const path of paths()) {
      const expected = await site.fromServer(path)
      said.set(path, expected)
      expect([await site.fromEdge(path), await site.fromMirror(path)], path).toEqual([expected, expected])
    }
  })
  for (const path of signedPaths()) said.set(path, await site.fromServer(path))
  await site.kill()
})
afterAll(async () => {
  await site?.close()
  if (directory) await rm(directory, { recursive: true })
})

const keysOf = (jwt: string) => decodeJwt<{ jwks: { keys: (JWK & { kid: string })[] } }>(jwt).jwks.keys

test('nothing of the site runs', async () => {
  expect(await site.isAway()).toBe(true)
})

test('nginx and the mirror answer for every member, byte for byte what the server said', async () => {
  for (const path of paths()) {
    const expected = said.get(path)
    expect(await site.fromEdge(path), path).toBe(expected)
    expect(await site.fromMirror(path), path).toBe(expected)
  }
})

test('each resolve response and status list says what the server said', async () => {
  const lasting = (jwt: string) => {
    const { iat: _, exp: __, ...claims } = decodeJwt(jwt)
    return claims
  }
  for (const path of signedPaths()) {
    const expected = lasting(said.get(path) ?? '')
    expect(lasting(await site.fromEdge(path)), path).toEqual(expected)
    expect(lasting(await site.fromMirror(path)), path).toEqual(expected)
  }
  const [first = ''] = members.ids
  expect(lasting(said.get(resolvePath(first)) ?? '')).toMatchObject({
    metadata: { openid_relying_party: { contacts } },
    trust_marks: [{ trust_mark_type: markType }],
  })
})

test.for(['fromEdge', 'fromMirror'] as const)('a foreign client resolves every member %s', async (from) => {
  const anchorKeys = keysOf(said.get('/.well-known/openid-federation') ?? '')
  vi.stubGlobal('fetch', async (input: string, init: RequestInit) => {
    const url = new URL(input)
    if (url.origin !== entityId) return fetchNow(input, init)
    const headers = { 'content-type': 'application/entity-statement+jwt' }
    return new Response(await site[from](`${url.pathname}${url.search}`), { headers })
  })
  onTestFinished(() => void vi.unstubAllGlobals())
  for (const id of members.ids) {
    const [found] = await resolveTrustChains({
      entityId: id,
      trustAnchorEntityIds: [entityId],
      async verifyJwtCallback({ jwt, header, jwk, claims }) {
        const pinned = anchorKeys.find(({ kid }) => kid === header.kid)
        if (claims.iss === entityId && !pinned) return false
        await compactVerify(jwt, await importJWK((pinned ?? jwk) as JWK, String(header.alg)))
        return true
      },
    })
    expect(found?.resolvedLeafMetadata?.openid_relying_party, id).toMatchObject({ contacts })
  }
})

test('all that is signed holds until its end, and no longer', async () => {
  const keys = keysOf(said.get('/.well-known/openid-federation') ?? '')
  const signed = [...said.values()].filter((text) => text.startsWith('ey'))
  expect(signed.length).toBeGreaterThan(3 * MEMBERS)
  for (const jwt of signed) {
    const { exp = 0, iat = 0 } = decodeJwt(jwt)
    const at = (second: number) =>
      jwtVerify(jwt, async ({ kid }) => importJWK(keys.find((key) => key.kid === kid) ?? {}, 'ES256'), {
        currentDate: new Date(second * 1000),
      })
    if (exp === 0) continue // historical keys have no end
    await at(iat)
    await at(exp - 1)
    await expect(at(exp)).rejects.toThrow('timestamp check failed')
  }
})
