/** Tests a mirror in an S3 bucket: what it uploads, in which order, and what faults of the object store leave. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBucketTarget } from '#federation/mirror/bucket-target.ts'
import { openFolderSource } from '#federation/mirror/source.ts'
import { folderInFile, inFile, inFileWithEnvironment, inTest } from '#test/helpers/in-file.ts'
import { whyNoMoto } from '#test/helpers/moto.ts'
import { startObjectStore } from '#test/helpers/object-store.ts'
import { exportOnce, openExport, textOf } from '../export/exported.ts'
import { trustAnchorInFile } from '../trust-anchor.ts'
import { openMirror } from './mirrored.ts'

const MEMBERS = 1_000
const memberId = (at: number) => `https://rp-${at}.example.org`
const about = (sub: string) => `fetch/${encodeURIComponent(sub)}.jwt`
const type = 'https://ta.example/marks/member'
const marked = `trust_mark/${encodeURIComponent(type)}/${encodeURIComponent(memberId(1))}.jwt`
const list = 'list/all.json'

describe.skipIf(whyNoMoto)(`a bucket (${whyNoMoto ?? 'moto'})`, () => {
  const ta = trustAnchorInFile()
  const path = folderInFile('export')
  const context = inFile(() => openExport(ta, path))
  const store = inFileWithEnvironment(startObjectStore)
  const open = async () => {
    const into = await openBucketTarget(store.name, new AbortController().signal)
    return openMirror(openFolderSource(path), { into })
  }
  let mirror: Awaited<ReturnType<typeof open>>
  let mark = ''
  /** A mirror that knows only what is in the bucket. */
  async function restart() {
    await mirror.close()
    mirror = await open()
  }

  /** As anyone gets it. */
  const get = (file: string) =>
    fetch(`${store.url}/export/${file.split('/').map(encodeURIComponent).join('/')}`)
  const isContent = ({ path: file }: { path: string }) =>
    file !== 'manifest.jwt' && !file.startsWith('objects/')

  beforeAll(async () => {
    await ta.publishConfiguration()
    for (let at = 0; at < MEMBERS; at++) await ta.publishSubordinate({ id: memberId(at) })
    mark = await ta.issueTrustMark({ type, subject: memberId(1) })
    await ta.publishStatusList({ number: 1, type, revoked: [3] })
    await exportOnce(context)
    await store.allow('Allow', 'GetObject')
    mirror = await open()
  })
  afterAll(() => mirror?.close())

  it('gets every file, the manifest last', async () => {
    const { written, removed } = await mirror.pull()
    expect(removed).toBe(0)
    const puts = store.since(0, 'PUT')
    expect(puts.filter(isContent)).toHaveLength(written)
    expect(written).toBeGreaterThan(MEMBERS)
    expect(puts.at(-1)?.path).toBe('manifest.jwt')
    expect(await (await get(about(memberId(7)))).text()).toBe(await textOf(path, about(memberId(7))))
  })

  it.each([
    ['.well-known/openid-federation', 'application/entity-statement+jwt', 'public, max-age=60'],
    [about(memberId(7)), 'application/entity-statement+jwt', 'public, max-age=60'],
    [marked, 'application/trust-mark+jwt', 'public, max-age=60'],
    [list, 'application/json', 'public, max-age=60'],
    ['status_list/1.jwt', 'application/statuslist+jwt', 'public, max-age=60'],
    ['manifest.jwt', 'application/octet-stream', 'no-cache'],
  ])('sends %s with its media type and age', async (file, mediaType, age) => {
    const { status, headers } = await get(file)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe(mediaType)
    expect(headers.get('cache-control')).toBe(age)
  })

  it('gets nothing again, not after a restart either', async () => {
    const at = store.asked.length
    expect(await mirror.pull({ isWhole: false })).toMatchObject({ written: 0, removed: 0 })
    expect(store.since(at, 'PUT', 'DELETE')).toEqual([])
    await restart()
    expect(await mirror.pull()).toMatchObject({ written: 0, removed: 0 })
    expect(store.since(at, 'HEAD'), 'the listing says what they have').toEqual([])
    expect(store.since(at, 'PUT', 'DELETE').filter((one) => one.path !== 'manifest.jwt')).toEqual([])
  })

  it('gets the differences alone, and loses first what was withdrawn', async () => {
    await ta.removeSubordinate(memberId(2))
    await ta.revokeTrustMark(mark, { type, subject: memberId(1) })
    const jwt = await ta.publishSubordinate({ id: memberId(3), statement: { note: 'another' } })
    await exportOnce(context)
    const at = store.asked.length
    const { written, removed } = await mirror.pull({ isWhole: false })
    const changes = store.since(at, 'PUT', 'DELETE')
    const deleted = changes.filter(({ method }) => method === 'DELETE').map(({ path: file }) => file)
    expect(deleted).toEqual(expect.arrayContaining([about(memberId(2)), marked]))
    expect(deleted).toHaveLength(removed)
    const content = changes.filter(isContent)
    expect(content.slice(0, removed).every(({ method }) => method === 'DELETE')).toBe(true)
    expect(content).toHaveLength(written + removed)
    expect(written).toBeLessThan(20)
    expect(changes.at(-1)?.path).toBe('manifest.jwt')
    expect((await get(about(memberId(2)))).status).toBe(404)
    expect(await (await get(about(memberId(3)))).text()).toBe(jwt)
    expect(await (await get(list)).json()).not.toContain(memberId(2))
  })

  it('is a source, of which another mirror has the same files', async () => {
    const second = await inTest(openMirror(store.url))
    await second.pull()
    for (const file of [about(memberId(3)), list, 'manifest.jwt', 'status_list/1.jwt'])
      expect(await textOf(second.path, file)).toBe(await textOf(path, file))
    expect(await textOf(second.path, about(memberId(2)))).toBeNull()
  })
})
