/** Tests that a receiver gets each change that the target has, also after it was away. */
import { randomUUID } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { generateSigningKey } from '#core/keys.ts'
import { type Message, openPurge, startTelling } from '#federation/mirror/purge.ts'
import { requestsOf } from '#federation/mirror/requests.ts'
import { openFolderTarget } from '#federation/mirror/target.ts'
import { folderInTest, inEach, inTest } from '#test/helpers/in-file.ts'
import { entityId } from '../trust-anchor.ts'
import { forgeSource, openMirror, signConfiguration, signResponse } from './mirrored.ts'

const own = '.well-known/openid-federation'
const about = (at: number) => `resolve/${encodeURIComponent(`https://rp-${at}.example.org`)}.jwt`
const pathsOf = (...files: string[]) => files.flatMap((file) => requestsOf(file, entityId)).sort()

const key = await generateSigningKey('ES256')
const source = inEach(() => forgeSource(key))
let [files, number]: [Record<string, string>, number] = [{}, 0]
let path = ''

/** Of the source. Null: the file is withdrawn. */
async function change(changes: Record<string, string | null>) {
  for (const [file, text] of Object.entries(changes)) {
    if (text === null) {
      await source.remove(file)
      delete files[file]
    } else {
      await source.write(file, text)
      files[file] = text
    }
  }
  number += 1
  await source.sign(files, { number })
}
const answer = (at: number) => signResponse(`https://rp-${at}.example.org`, key)

/** A mirror with a receiver, which is away while `isAway`. */
async function start() {
  const target = openFolderTarget(path)
  const told: Message[] = []
  const receiver = { isAway: false }
  const purge = await openPurge({
    target,
    async send(message) {
      if (receiver.isAway) throw new Error('The receiver is away.')
      told.push(message)
    },
  })
  const { pull } = await inTest(openMirror(source.url, { path, into: target, inUse: purge.inUse }))
  return {
    told,
    receiver,
    purge,
    pull,
    pullAndTell: async () => purge.tellUntil((await pull({ isWhole: false })).manifest),
    paths: () => told.flatMap(({ paths }) => paths).sort(),
  }
}

beforeEach(async () => {
  path = join(await folderInTest('purge'), randomUUID())
  ;[files, number] = [{}, 100]
  await change({
    [own]: await signConfiguration([key]),
    [about(1)]: await answer(1),
    [about(2)]: await answer(2),
  })
})

it('tells nothing about a new target, and then what is added, changed and withdrawn', async () => {
  const { told, pullAndTell, paths } = await start()
  await pullAndTell()
  await pullAndTell()
  expect(told).toEqual([])
  await change({ [about(1)]: `${await answer(1)}`, [about(2)]: null, [about(3)]: await answer(3) })
  await pullAndTell()
  expect(paths()).toEqual(pathsOf(about(1), about(2), about(3)))
  expect(told).toMatchObject([{ id: 'files_101_102_1', anchor: entityId, number: 102, isAll: false }])
})

it('tells about a target that had files before there was a receiver', async () => {
  const without = await inTest(openMirror(source.url, { path }))
  await without.pull()
  const { pullAndTell, paths } = await start()
  await change({ [about(2)]: null })
  await pullAndTell()
  expect(paths()).toEqual(pathsOf(about(2)))
})

it('tells later, and once, what changed while the receiver was away, also after a restart', async () => {
  const first = await start()
  await first.pullAndTell()
  first.receiver.isAway = true
  await change({ [about(2)]: null })
  await expect(first.pullAndTell()).rejects.toThrow('The receiver is away.')
  await change({ [about(3)]: await answer(3) })
  await expect(first.pullAndTell()).rejects.toThrow('The receiver is away.')
  const second = await start()
  await change({ [about(3)]: await answer(3), [about(4)]: await answer(4) })
  await second.pullAndTell()
  expect(second.paths()).toEqual(pathsOf(about(2), about(3), about(4)))
  const third = await start()
  await third.pullAndTell()
  expect(third.told).toEqual([])
})

it('tells that everything changed, where the earlier tree is not there any more', async () => {
  const { pullAndTell } = await start()
  await pullAndTell()
  await change({ [about(2)]: null })
  const without = await inTest(openMirror(source.url, { path }))
  await without.pull()
  for (const name of await readdir(join(path, 'objects'))) await rm(join(path, 'objects', name))
  const later = await start()
  await later.pull()
  await change({ [about(1)]: await answer(1) })
  await later.pullAndTell()
  expect(later.told).toMatchObject([{ isAll: true, paths: [] }])
  await change({ [about(1)]: null })
  await later.pullAndTell()
  expect(later.paths()).toEqual(pathsOf(about(1)))
})

it('splits what is large', async () => {
  const { told, pullAndTell, paths } = await start()
  await pullAndTell()
  const many = Array.from({ length: 500 }, (_, at) => about(at + 10))
  const text = await answer(10)
  const entries = many.map((file, at) => [file, at === 0 ? text : answer(at + 10)] as const)
  await change(Object.fromEntries(await Promise.all(entries.map(async ([file, each]) => [file, await each]))))
  await pullAndTell()
  expect(paths()).toEqual(pathsOf(...many))
  expect(told.length).toBeGreaterThan(2)
  expect(told.map(({ id }) => id)).toEqual(told.map((_, at) => `files_101_102_${at + 1}`))
  for (const message of told) {
    expect(message.paths.length).toBeLessThanOrEqual(1_000)
    expect(JSON.stringify(message).length).toBeLessThan(250_000)
  }
})

it('tries again beside the pulls, until the receiver is back', async () => {
  const { purge, receiver, pull, paths } = await start()
  const stopped = new AbortController()
  const failures: unknown[] = []
  const telling = startTelling(purge, { signal: stopped.signal, onFailure: (error) => failures.push(error) })
  telling.tell((await pull()).manifest)
  receiver.isAway = true
  await change({ [about(1)]: null })
  telling.tell((await pull({ isWhole: false })).manifest)
  await expect.poll(() => failures.length).toBeGreaterThan(0)
  await change({ [about(2)]: null })
  telling.tell((await pull({ isWhole: false })).manifest)
  receiver.isAway = false
  await expect.poll(paths, { timeout: 10_000 }).toEqual(pathsOf(about(1), about(2)))
  stopped.abort()
  await telling.close()
})
