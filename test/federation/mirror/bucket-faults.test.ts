/** Tests what faults of an object store, and other programs, leave of a mirror in an S3 bucket. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBucketTarget } from '#federation/mirror/bucket-target.ts'
import { openFolderSource } from '#federation/mirror/source.ts'
import { folderInFile, inFile, inFileWithEnvironment, inTest } from '#test/helpers/in-file.ts'
import { whyNoMoto } from '#test/helpers/moto.ts'
import { startObjectStore } from '#test/helpers/object-store.ts'
import { exportOnce, openExport, textOf } from '../export/exported.ts'
import { trustAnchorInFile } from '../trust-anchor.ts'
import { openMirror, serveFolder } from './mirrored.ts'

const MEMBERS = 120
const memberId = (at: number) => `https://rp-${at}.example.org`
const about = (sub: string) => `fetch/${encodeURIComponent(sub)}.jwt`

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

  /** As anyone gets it. */
  const get = (file: string) =>
    fetch(`${store.url}/export/${file.split('/').map(encodeURIComponent).join('/')}`)
  const isContent = ({ path: file }: { path: string }) =>
    file !== 'manifest.jwt' && !file.startsWith('objects/')

  beforeAll(async () => {
    await ta.publishConfiguration()
    for (let at = 0; at < MEMBERS; at++) await ta.publishSubordinate({ id: memberId(at) })
    await exportOnce(context)
    await store.allow('Allow', 'GetObject')
    mirror = await open()
    await mirror.pull()
  })
  afterAll(() => mirror?.close())

  it('is repaired, and keeps what is no file of an export', async () => {
    await store.write(about(memberId(4)), 'half')
    await store.write(about('https://gone.example'), 'old')
    await store.write('notes.txt', 'of the operator')
    await mirror.close()
    mirror = await open()
    expect(await mirror.pull()).toMatchObject({ written: 1, removed: 1 })
    expect(await (await get(about(memberId(4)))).text()).toBe(await textOf(path, about(memberId(4))))
    expect((await get(about('https://gone.example'))).status).toBe(404)
    expect(await (await get('notes.txt')).text()).toBe('of the operator')
  })

  it('notices another program, and compares everything after it', async () => {
    await store.write(about(memberId(6)), 'of another program')
    await store.write('manifest.jwt', 'of another program')
    await ta.publishSubordinate({ id: memberId(5), statement: { note: 'after the other' } })
    await exportOnce(context)
    await expect(mirror.pull({ isWhole: false })).rejects.toThrow(/was changed by another program/)
    expect((await mirror.pull()).written).toBeGreaterThanOrEqual(2)
    for (const at of [5, 6])
      expect(await (await get(about(memberId(at)))).text()).toBe(await textOf(path, about(memberId(at))))
  })

  it('does not take over the manifest of a program that was faster', async () => {
    await ta.publishSubordinate({ id: memberId(5), statement: { note: 'a third' } })
    await exportOnce(context)
    let isFirst = true
    store.setFault(({ method, path: file }) => {
      if (method !== 'PUT' || file !== about(memberId(5)) || !isFirst) return null
      isFirst = false
      void store.write('manifest.jwt', 'of a faster program')
      return null
    })
    await expect(mirror.pull({ isWhole: false })).rejects.toThrow(
      /was changed by another program meanwhile\. Let only one mirror write into it/,
    )
    expect(await (await get('manifest.jwt')).text()).toBe('of a faster program')
    store.setFault(() => null)
  })

  it('goes on where it failed, and has no manifest of what is not there', async () => {
    await mirror.pull()
    const before = await (await get('manifest.jwt')).text()
    for (let at = 10; at < 110; at++)
      await ta.publishSubordinate({ id: memberId(at), statement: { note: 'many' } })
    await exportOnce(context)
    let puts = 0
    store.setFault((one) => (one.method === 'PUT' && isContent(one) && ++puts > 50 ? 403 : null))
    await expect(mirror.pull({ isWhole: false })).rejects.toThrow(/refuses the credentials/)
    expect(await (await get('manifest.jwt')).text()).toBe(before)
    store.setFault(() => null)
    const at = store.asked.length
    await mirror.pull()
    expect(store.since(at, 'PUT').filter(isContent).length).toBeLessThan(70)
    expect(await (await get('manifest.jwt')).text()).toBe(await textOf(path, 'manifest.jwt'))
  })

  it('is compared by the metadata of its objects, if the source is far', async () => {
    await mirror.pull()
    const served = await inTest(serveFolder(path))
    const into = await openBucketTarget(store.name, new AbortController().signal)
    const far = await inTest(openMirror(served.url, { into }))
    await store.write(about(memberId(8)), 'half')
    const at = store.asked.length
    expect(await far.pull()).toMatchObject({ written: 1, removed: 0 })
    expect(store.since(at, 'HEAD').filter(isContent).length).toBeGreaterThanOrEqual(MEMBERS)
    expect(await (await get(about(memberId(8)))).text()).toBe(await textOf(path, about(memberId(8))))
    await mirror.pull()
  })

  it('is written where the object store has no conditional requests', async () => {
    await ta.publishSubordinate({ id: memberId(5), statement: { note: 'without conditions' } })
    await exportOnce(context)
    const at = store.asked.length
    store.setFault(({ isConditional }) => (isConditional ? 501 : null))
    await mirror.pull({ isWhole: false })
    store.setFault(() => null)
    expect(store.since(at, 'PUT').some(({ isConditional }) => isConditional)).toBe(true)
    expect(await (await get('manifest.jwt')).text()).toBe(await textOf(path, 'manifest.jwt'))
  })

  it('is written although every third request fails for a moment', async () => {
    for (let at = 10; at < 40; at++)
      await ta.publishSubordinate({ id: memberId(at), statement: { note: 'again' } })
    await exportOnce(context)
    const failed = new Map<string, number>()
    store.setFault(({ method, path: file }) => {
      const key = `${method} ${file}`
      failed.set(key, (failed.get(key) ?? 0) + 1)
      return failed.size % 3 === 0 && failed.get(key) === 1 ? 503 : null
    })
    await mirror.pull({ isWhole: false })
    store.setFault(() => null)
    expect(await (await get(about(memberId(20)))).text()).toBe(await textOf(path, about(memberId(20))))
    expect(await (await get('manifest.jwt')).text()).toBe(await textOf(path, 'manifest.jwt'))
  })
})
