/** Tests that a mirror takes over what an anchor exports, and nothing that the anchor did not sign. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { generateSigningKey } from '#core/keys.ts'
import { parseManifest } from '#federation/files/manifest.ts'
import { computeHash } from '#federation/files/node.ts'
import { objectFile } from '#federation/files/place.ts'
import { folderInFile, inFile, inTest } from '#test/helpers/in-file.ts'
import { exportOnce, openExport, textOf } from '../export/exported.ts'
import { trustAnchorInFile } from '../trust-anchor.ts'
import { forgeSource, openMirror, serveFolder, signConfiguration } from './mirrored.ts'

const leaf = 'https://rp.example.org'
const other = 'https://other.example.org/a/b'
const type = 'https://ta.example/marks/member'
const about = (sub: string) => `fetch/${encodeURIComponent(sub)}.jwt`
const marked = `trust_mark/${encodeURIComponent(type)}/${encodeURIComponent(leaf)}.jwt`
const own = '.well-known/openid-federation'

const ta = trustAnchorInFile()
const path = folderInFile('export')
const context = inFile(() => openExport(ta, path))
const served = inFile(() => serveFolder(path))
const mirror = inFile(() => openMirror(served.url))
let mark = ''

/** But for objects, which stay for a while. */
async function filesOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  const files = await Promise.all(
    paths.map(async (each) => [each.slice(folder.length + 1), await readFile(each, 'utf8')] as const),
  )
  return Object.fromEntries(files.filter(([each]) => !each.startsWith('objects/')))
}

/** Others stay for a while, and nothing repairs them. */
async function objectsInUse(): Promise<[root: string, list: string]> {
  const { claims } = parseManifest((await textOf(path, 'manifest.jwt')) ?? '')
  const list = computeHash((await textOf(path, 'list/all.json')) ?? '')
  return [objectFile(claims.root.hash), objectFile(list)]
}

beforeAll(async () => {
  await ta.publishConfiguration()
  await ta.publishSubordinate({ id: leaf })
  await ta.publishSubordinate({ id: other })
  mark = await ta.issueTrustMark({ type, subject: leaf })
  await ta.publishStatusList({ number: 1, type, revoked: [3] })
  await exportOnce(context)
})

describe('a mirror', () => {
  it('has every file of the export, and the manifest', async () => {
    const { written, removed } = await mirror.pull()
    expect({ written: written > 4, removed }).toEqual({ written: true, removed: 0 })
    expect(await filesOf(mirror.path)).toEqual(await filesOf(path))
  })

  it('writes nothing again', async () => {
    expect(await mirror.pull()).toMatchObject({ written: 0, removed: 0 })
    expect(await mirror.pull({ isWhole: false })).toMatchObject({ written: 0, removed: 0 })
  })

  it('takes over a change, and removes what was withdrawn', async () => {
    const jwt = await ta.publishSubordinate({ id: other, statement: { note: 'another' } })
    await ta.revokeTrustMark(mark, { type, subject: leaf })
    await exportOnce(context)
    await mirror.pull({ isWhole: false })
    expect(await textOf(mirror.path, about(other))).toBe(jwt)
    expect(await textOf(mirror.path, marked)).toBeNull()
    await ta.removeSubordinate(other)
    await exportOnce(context)
    await mirror.pull({ isWhole: false })
    expect(await textOf(mirror.path, about(other))).toBeNull()
    expect(await textOf(mirror.path, 'list/all.json')).toBe(JSON.stringify([leaf]))
  })

  it('repairs its folder', async () => {
    await writeFile(join(mirror.path, about(leaf)), 'half')
    await writeFile(join(mirror.path, about('https://gone.example')), 'old')
    expect(await mirror.pull()).toMatchObject({ written: 1, removed: 1 })
    expect((await filesOf(mirror.path))[about(leaf)]).toBe(await textOf(path, about(leaf)))
  })

  it('leaves what is no file of an export, and repairs the objects', async () => {
    await writeFile(join(mirror.path, 'notes.txt'), 'of the operator')
    const [root, list] = await objectsInUse()
    await rm(join(mirror.path, list))
    await writeFile(join(mirror.path, root), 'half')
    await writeFile(join(mirror.path, 'manifest.jwt'), 'half')
    expect((await mirror.pull()).removed).toBe(0)
    expect(await textOf(mirror.path, 'notes.txt')).toBe('of the operator')
    await rm(join(mirror.path, 'notes.txt'))
    expect(await filesOf(mirror.path)).toEqual(await filesOf(path))
    for (const object of [root, list]) {
      expect(await textOf(mirror.path, object)).toBe(await textOf(path, object))
    }
  })

  it('feeds another mirror', async () => {
    const second = await inTest(serveFolder(mirror.path))
    const third = await inTest(openMirror(second.url))
    await third.pull()
    expect(await filesOf(third.path)).toEqual(await filesOf(path))
  })

  it('takes over keys that were announced, and no others', async () => {
    const next = await generateSigningKey('ES256')
    const source = await inTest(forgeSource(ta.key, path))
    const follower = await inTest(openMirror(source.url))
    await follower.pull()
    const [was, announced, changed] = await Promise.all([
      signConfiguration([ta.key]),
      signConfiguration([ta.key, next]),
      signConfiguration([next]),
    ])
    for (const jwt of [was, announced, changed]) {
      await source.write(own, jwt)
      await source.sign({ [own]: jwt }, { number: Date.now(), key: jwt === changed ? next : ta.key })
      await follower.pull()
    }
    expect(await textOf(follower.path, own)).toBe(changed)
    await source.write(own, was)
    await source.sign({ [own]: was }, { number: Date.now() })
    await expect(follower.pull()).rejects.toThrow(/not one of its issuer's keys/)
    const pinned = await inTest(openMirror(source.url, { pinned: { keys: [next] } }))
    await expect(pinned.pull()).rejects.toThrow(/not one of its issuer's keys/)
  })
})
