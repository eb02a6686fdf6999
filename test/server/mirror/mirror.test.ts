/** Tests how announced mirrors are found: current, behind, away, forked and foreign, each with its alert. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { generateSigningKey, type Jwk, toPublicJwk } from '#core/keys.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { inEach, inFile, inTest } from '#test/helpers/in-file.ts'
import { schedulesInFile } from '#test/helpers/schedule.ts'
import { startRawServer } from '../../federation/raw-server.ts'
import { openExport, openForgery, openServedMirror, readPrivateKey } from './export.ts'

const admin = adminInFile({ fetchLimits: { totalTimeout: 5_000 } })
const schedules = schedulesInFile(admin)
const own = inFile(() => readPrivateKey(admin))
beforeEach(async () => {
  await admin.server.db.mirror.deleteMany()
  await admin.redis.client.del('inmor:manifest', 'inmor:manifest_roots')
})
/** It has signed a manifest. */
const source = inEach(async () => {
  const exported = await openExport(admin)
  await exported.publish()
  return exported
})

const FIELDS = 'url description state since checkedAt problem number signedAt root'
const announce = (url: string) => admin.mutate('announceMirror', { url }, FIELDS, 'admin')
const openMirror = () => inTest(openServedMirror(source.url))
const openFork = (key: Jwk = { ...own }) => inTest(openForgery(admin, key))
const newest = async () => Number(await admin.redis.client.get('inmor:manifest_number'))
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)
const secondsAgo = (seconds: number) => Math.floor(Date.now() / 1000) - seconds

const check = () => schedules.run('check-mirrors')

async function list() {
  const { data, errors } = await admin.execute(`{ mirrors { ${FIELDS} } }`, {}, 'viewer')
  expect(errors).toBeUndefined()
  return data.mirrors
}

async function alerts() {
  const { data } = await admin.execute('{ alerts { id severity message } }', {}, 'viewer')
  return data.alerts.filter(({ id }: { id: string }) => id.startsWith('MIRROR_'))
}

async function expectDiffers(url: string, problem: RegExp) {
  const found = (await list()).find((each: { url: string }) => each.url === url)
  expect(found).toMatchObject({ state: 'DIFFERS', problem: expect.stringMatching(problem) })
  expect(await alerts()).toContainEqual({
    id: `MIRROR_DIFFERS:${url}`,
    severity: 'CRITICAL',
    message: `The mirror ${url}: ${found.problem}`,
  })
}

it('has nothing to look at before a mirror is announced', async () => {
  expect(await check()).toBe('No mirror is announced.')
})

it('says that a mirror of the last manifest is current', async () => {
  const mirror = await openMirror()
  const found = await announce(mirror.url)
  expect(found).toMatchObject({
    state: 'CURRENT',
    problem: null,
    number: await newest(),
    root: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  expect(Date.now() - new Date(found.signedAt).getTime()).toBeLessThan(60_000)
  expect(await check()).toBe('1 looked at, all of them current.')
  expect(await alerts()).toEqual([])
})

it('is content with a manifest that is five minutes behind', async () => {
  await source.publish(290)
  const mirror = await openMirror()
  await source.publish()
  expect(await announce(mirror.url)).toMatchObject({ state: 'CURRENT' })
})

it('finds a mirror that stands still, and then follows again', async () => {
  await source.publish(400)
  const mirror = await openMirror()
  await source.publish()
  expect(await announce(mirror.url)).toMatchObject({
    state: 'BEHIND',
    problem: expect.stringMatching(/^Its files are those of 20.*Z, 6 minutes behind\.$/),
  })
  expect(await alerts()).toMatchObject([{ id: `MIRROR_BEHIND:${mirror.url}`, severity: 'WARNING' }])
  await mirror.pull()
  await check()
  expect(await list()).toMatchObject([{ state: 'CURRENT', problem: null }])
  expect(await alerts()).toEqual([])
})

it('blames no mirror for an export that stands still', async () => {
  await source.publish(590)
  const mirror = await openMirror()
  expect(await announce(mirror.url)).toMatchObject({ state: 'CURRENT' })
})

it('says after a quarter of an hour that a mirror is away, and what it had', async () => {
  const mirror = await openMirror()
  const { number } = await announce(mirror.url)
  await mirror.stop()
  expect(await check()).toMatch(/^http:\S+: .*connection/)
  const [away] = await list()
  expect(away).toMatchObject({ state: 'UNREACHABLE', number })
  expect(await alerts()).toEqual([])
  await admin.server.db.mirror.updateMany({ data: { since: minutesAgo(16) } })
  await check()
  expect(await alerts()).toMatchObject([{ id: `MIRROR_BEHIND:${mirror.url}` }])
})

it('finds other files under a number that was signed', async () => {
  const fork = await openFork()
  await fork.sign({ number: await newest() })
  await announce(fork.url)
  await expectDiffers(fork.url, /^It has other files than this installation signed for the manifest \d+:/)
})

it('finds a number that is higher than any that was signed', async () => {
  const fork = await openFork()
  await fork.sign({ number: (await newest()) + 1_000 })
  await announce(fork.url)
  await expectDiffers(fork.url, /this installation has signed none after \d+\. Another exporter/)
})

it('finds a number between those that were signed', async () => {
  await admin.redis.client.zadd('inmor:manifest_roots', 5, `5 ${'0'.repeat(64)}`)
  const fork = await openFork()
  await fork.sign({ number: 7 })
  await announce(fork.url)
  await expectDiffers(fork.url, /has the number 7, which this installation has not signed/)
})

it('judges by its age alone what is older than what is remembered', async () => {
  const fork = await openFork()
  await fork.sign({ number: 7, at: secondsAgo(900) })
  expect(await announce(fork.url)).toMatchObject({ state: 'BEHIND', number: 7 })
})

it('finds two mirrors with other files under one number, of which nothing is remembered', async () => {
  const [one, other] = [await openFork(), await openFork()]
  await one.sign({ number: 7 }, 'one')
  await other.sign({ number: 7 }, 'other')
  for (const { url } of [one, other]) expect(await announce(url)).toMatchObject({ state: 'CURRENT' })
  await check()
  await expectDiffers(one.url, new RegExp(`^It has other files than ${other.url} for the manifest 7:`))
  await expectDiffers(other.url, new RegExp(`^It has other files than ${one.url} for the manifest 7:`))
})

it('does not doubt the mirror that has what was signed', async () => {
  const [mirror, fork] = [await openMirror(), await openFork()]
  await fork.sign({ number: await newest() })
  await announce(mirror.url)
  await announce(fork.url)
  await check()
  expect((await list()).map(({ state }: { state: string }) => state)).toEqual(['CURRENT', 'DIFFERS'])
})

it('still says that a mirror differs while it is away, until it is right again', async () => {
  const fork = await openFork()
  const { number } = await fork.sign({ number: (await newest()) + 1_000 })
  await announce(fork.url)
  await fork.remove('manifest.jwt')
  await check()
  await expectDiffers(fork.url, new RegExp(`has the number ${number}`))
  await fork.sign({ number: 7 })
  await check()
  expect(await alerts()).toEqual([])
})

it.each([
  ['of another anchor', { issuer: 'https://other.example' }, /^Its manifest is of https:\/\/other\.example,/],
  ['of a key that is none of this anchor', { isForeign: true }, /which is not one of its issuer's keys/],
])(
  'finds a manifest %s',
  async (_, { isForeign = false, ...changes }: { isForeign?: boolean; issuer?: string }, problem) => {
    const fork = await openFork(isForeign ? await generateSigningKey('ES256') : undefined)
    await fork.sign(changes)
    expect(await announce(fork.url)).toMatchObject({
      state: 'FOREIGN',
      problem: expect.stringMatching(problem),
      number: null,
    })
    expect(await alerts()).toMatchObject([{ id: `MIRROR_DIFFERS:${fork.url}`, severity: 'CRITICAL' }])
  },
)

it.each([
  ['was retired since', 'superseded', 'BEHIND'],
  ['was compromised', 'compromised', 'FOREIGN'],
])('judges a manifest of a key that %s', async (_, reason, state) => {
  const old = await generateSigningKey('ES256')
  const ended = { exp: secondsAgo(600), revoked: { revoked_at: secondsAgo(600), reason } }
  const file = join(admin.config.historicalKeysDirectory, `${old.kid}.json`)
  await mkdir(admin.config.historicalKeysDirectory, { recursive: true })
  await writeFile(file, JSON.stringify({ ...toPublicJwk(old), ...ended }))
  await admin.server.anchors.find('main')?.running?.publishing.signingKeys.refresh()
  const fork = await openFork(old)
  await fork.sign({ number: 7, at: secondsAgo(1_200) })
  expect(await announce(fork.url)).toMatchObject({ state })
  await fork.sign({ number: 7, at: secondsAgo(300) })
  await check()
  expect(await list()).toMatchObject([{ state: 'FOREIGN' }])
})

it.each([
  ['answers never', () => {}, /did not respond in time/],
  ['sends without end', (_, response) => void endless(response), /returned more than \d+ bytes/],
  [
    'redirects',
    (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    /redirects to/,
  ],
  ['has none', (_, response) => response.writeHead(404).end(), /\/export\/manifest\.jwt does not exist/],
  ['fails', (_, response) => response.writeHead(500).end(), /returned HTTP status 500/],
] satisfies [string, Parameters<typeof startRawServer>[0], RegExp][])(
  'bears a server that %s',
  async (_, listener, problem) => {
    const server = await inTest(startRawServer(listener))
    expect(await announce(server.url)).toMatchObject({
      state: 'UNREACHABLE',
      problem: expect.stringMatching(problem),
    })
  },
)

it('bears a page that is no manifest', async () => {
  const server = await inTest(startRawServer((_, response) => response.end('<html>')))
  expect(await announce(server.url)).toMatchObject({ state: 'FOREIGN' })
})

function endless(response: {
  write(text: string): boolean
  destroyed: boolean
  once(event: 'drain', then: () => void): unknown
}): void {
  while (!response.destroyed && response.write('x'.repeat(65_536)));
  if (!response.destroyed) response.once('drain', () => endless(response))
}
