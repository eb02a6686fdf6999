/** Tests that the manifest of an export names every file that is there, and no other, at any time. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { openFolder } from '#federation/files/folder.ts'
import { type Manifest, verifyManifest } from '#federation/files/manifest.ts'
import { computeHash } from '#federation/files/node.ts'
import { openObjects } from '#federation/files/objects.ts'
import { isExported } from '#federation/files/place.ts'
import { filesBelow } from '#federation/files/tree.ts'
import { readSignedRoots } from '#store/manifests.ts'
import { folderInFile, inFile, inTest } from '#test/helpers/in-file.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'
import { compareOnce, openExport, publishExport, startFollowing, textOf } from './exported.ts'

const leaf = 'https://rp.example.org'
const type = 'https://ta.example/marks/member'
const about = (sub: string) => `fetch/${encodeURIComponent(sub)}.jwt`
const manifestFile = 'manifest.jwt'

const path = folderInFile('export')
const second = folderInFile('export')
const ta = trustAnchorInFile()

const first = inFile(() => openExport(ta, path))
/** As a program that starts again. */
const again = () => openExport(ta, path, first)

beforeAll(async () => {
  await ta.publishConfiguration()
  await ta.publishSubordinate({ id: leaf })
  await ta.issueTrustMark({ type, subject: leaf })
})

const readManifest = (): Promise<Manifest> =>
  verifyManifest(readFileSync(join(path, manifestFile), 'utf8'), { keys: ta.jwks, now: ta.now() })

const namesIn = (manifest: Manifest): Map<string, string> =>
  new Map([...filesBelow(openObjects(openFolder(path)), manifest.root)].map(([file, [hash]]) => [file, hash]))

/** The manifest, if it names the files as they are. */
async function readWhole(): Promise<Manifest> {
  const manifest = await readManifest()
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(path.length + 1))
    .filter(isExported)
  const there = new Map(files.map((file) => [file, computeHash(readFileSync(join(path, file)))]))
  expect(namesIn(manifest)).toEqual(there)
  return manifest
}

async function exportOnce(): Promise<Manifest> {
  const context = again()
  await compareOnce(context)
  await publishExport(context)
  return readWhole()
}

it('names the files, how many of each kind, and the earliest end', async () => {
  const manifest = await exportOnce()
  expect(manifest).toMatchObject({ iss: entityId, exp: manifest.iat + 600 })
  const end = expect.closeTo(ta.now() + 3600, -1)
  expect(manifest.root.kinds).toMatchObject({
    entity_configuration: [1, end],
    fetch: [1, end],
    list: [expect.any(Number), null],
    trust_mark: [1, null],
    trust_mark_list: [1, null],
  })
})

it('has a number that grows, also when the clock goes back by a day, and when Redis forgets it', async () => {
  const before = await exportOnce()
  ta.clock.ahead = -86_400
  const then = await exportOnce()
  ta.clock.ahead = 0
  await ta.redis.client.del(ta.names.manifestNumber)
  const last = await exportOnce()
  expect(then.number).toBeGreaterThan(before.number)
  expect(last.number).toBeGreaterThan(then.number)
})

it('has a number of its own for each of two exporters', async () => {
  const others = openExport(ta, second, first)
  const own = again()
  for (const context of [others, own]) await compareOnce(context)
  const numbers = new Set<number>()
  for (const context of [others, own, others, own]) {
    await publishExport(context)
    numbers.add(Number(await ta.redis.client.get(ta.names.manifestNumber)))
  }
  expect(numbers.size).toBe(4)
})

it('is prepared in parts, between which changes are exported', async () => {
  const { record } = openExport(ta, second, first)
  record.begin()
  let parts = 0
  for await (const _ of record.tidy()) parts += 1
  expect(parts).toBe(256)
})

it('leaves its root in Redis, with those of the manifests before', async () => {
  const [before, last] = [await exportOnce(), await exportOnce()]
  const read = (number: number) => readSignedRoots(ta.redis.client, ta.names.manifestRoots, number)
  const { roots, oldest, newest } = await read(before.number)
  expect(roots).toEqual([before.root.hash])
  expect(oldest).toBeLessThanOrEqual(before.number)
  expect(newest).toBe(last.number)
  expect((await read(last.number + 1)).roots).toEqual([])
})

it('is right again after an object was lost or changed, and after a file was changed', async () => {
  const { root } = await exportOnce()
  const object = join(path, 'objects', `${root.hash}.json`)
  for (const damage of [() => rmSync(object), () => writeFileSync(object, '{"files":{}}')]) {
    damage()
    const context = again()
    await expect(compareOnce(context)).rejects.toThrow(/The object .* (is missing|has other bytes)/)
    await compareOnce(context)
    await publishExport(context)
    expect((await readWhole()).root.hash).toBe(root.hash)
  }
  writeFileSync(join(path, about(leaf)), 'half')
  expect((await exportOnce()).root.hash).toBe(root.hash)
  writeFileSync(join(path, manifestFile), 'half')
  expect((await exportOnce()).root.hash).toBe(root.hash)
})

it('names a file that another program has written as it is published', async () => {
  const context = again()
  await compareOnce(context)
  const sub = 'https://copied.example.org'
  writeFileSync(join(path, about(sub)), await ta.publishSubordinate({ id: sub }))
  await compareOnce(context)
  await publishExport(context)
  expect(namesIn(await readWhole()).has(about(sub))).toBe(true)
  await ta.removeSubordinate(sub)
})

it('follows each change within a second', async () => {
  await inTest(startFollowing(again()))
  const sub = 'https://new.example.org'
  const jwt = await ta.publishSubordinate({ id: sub })
  const hashOf = async () => namesIn(await readManifest()).get(about(sub))
  await expect.poll(hashOf).toBe(computeHash(jwt))
  await ta.removeSubordinate(sub)
  await expect.poll(hashOf).toBeUndefined()
  await expect.poll(readWhole).toBeDefined()
})

it('loses a file that has ended', async () => {
  const sub = 'https://short.example.org'
  await ta.publishSubordinate({ id: sub, exp: ta.now() + 2 })
  await exportOnce()
  expect(await textOf(path, about(sub))).not.toBeNull()
  ta.clock.ahead = 60
  await inTest(startFollowing(again()))
  await expect.poll(() => textOf(path, about(sub))).toBeNull()
  await ta.removeSubordinate(sub)
  ta.clock.ahead = 0
})

it('names hundreds of files that changed at once', async () => {
  const countIn = ({ root }: Manifest) => root.kinds.fetch?.[0] ?? 0
  const before = countIn(await exportOnce())
  await inTest(startFollowing(again()))
  const subjects = Array.from({ length: 300 }, (_, at) => `https://rp-${at}.example.org`)
  await Promise.all(subjects.map((id) => ta.publishSubordinate({ id })))
  const count = async () => countIn(await readWhole())
  await expect.poll(count).toBe(before + 300)
  await Promise.all(subjects.map(ta.removeSubordinate))
  await expect.poll(count).toBe(before)
})
