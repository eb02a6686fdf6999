/** Tests that the files of an export follow each change, also after a fault. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { getListFromStatusListJWT } from '@sd-jwt/jwt-status-list'
import { pino } from 'pino'
import { beforeAll, expect, it } from 'vitest'
import type { Export } from '#federation/export/comparison.ts'
import { createPending } from '#federation/export/pending.ts'
import { createSteps } from '#federation/export/steps.ts'
import { folderInFile, folderInTest, inFile } from '#test/helpers/in-file.ts'
import { trustAnchorInFile } from '../trust-anchor.ts'
import { openExport, startFollowing, textOf } from './exported.ts'

const leaf = 'https://rp.example.org'
const other = 'https://other.example.org'
const type = 'https://ta.example/marks/member'
const marked = `trust_mark/${encodeURIComponent(type)}/${encodeURIComponent(leaf)}.jwt`
const about = (sub: string) => `fetch/${encodeURIComponent(sub)}.jwt`

const path = folderInFile('export')
const ta = trustAnchorInFile()
const output = new PassThrough({ encoding: 'utf8' })
beforeAll(async () => {
  await ta.publishConfiguration()
  await ta.publishSubordinate({ id: leaf })
})
const context = inFile(() => openExport(ta, path))
inFile(() => startFollowing(context, pino({ level: 'info' }, output)))

/** The file gets this text; null: it goes. */
const expectFile = (file: string, text: string | null) => expect.poll(() => textOf(path, file)).toBe(text)

it('writes a new member and its new lists, and removes it', async () => {
  const jwt = await ta.publishSubordinate({ id: other })
  await expectFile(about(other), jwt)
  await expectFile('list/all.json', JSON.stringify([other, leaf]))
  await ta.removeSubordinate(other)
  await expectFile(about(other), null)
  await expectFile('list/all.json', JSON.stringify([leaf]))
})

it('replaces the statement of a member', async () => {
  const jwt = await ta.publishSubordinate({ id: leaf, statement: { note: 'another' } })
  await expectFile(about(leaf), jwt)
})

it('follows a change at any moment, also while it signs a manifest', async () => {
  for (let round = 0; round < 60; round++) {
    const jwt = await ta.publishSubordinate({ id: leaf, statement: { round } })
    await expectFile(about(leaf), jwt)
    await setTimeout(round / 2)
  }
})

it('writes a Trust Mark, and removes it when it is revoked', async () => {
  const jwt = await ta.issueTrustMark({ type, subject: leaf })
  await expectFile(marked, jwt)
  await expectFile(`trust_mark_list/${encodeURIComponent(type)}.json`, JSON.stringify([leaf]))
  await ta.revokeTrustMark(jwt, { type, subject: leaf })
  await expectFile(marked, null)
  await expectFile(`trust_mark_list/${encodeURIComponent(type)}.json`, '[]')
})

it('writes a status list, its next revocation, and the token of a new Entity Configuration', async () => {
  const statusOf = async (index: number) => {
    const token = await textOf(path, 'status_list/1.jwt')
    return token === null ? null : getListFromStatusListJWT(token).getStatus(index)
  }
  const expectStatus = (index: number, status: number) => expect.poll(() => statusOf(index)).toBe(status)
  await ta.publishStatusList({ number: 1, type, revoked: [4] })
  await expectStatus(4, 1)
  await expectStatus(5, 0)
  await ta.publishStatusList({ number: 1, type, revoked: [4, 5] })
  await expectStatus(5, 1)
  const before = await textOf(path, 'status_list/1.jwt')
  await ta.publishConfiguration({}, 7_200)
  await expect.poll(() => textOf(path, 'status_list/1.jwt')).not.toBe(before)
})

it('follows the Entity Configuration', async () => {
  const jwt = await ta.publishConfiguration({ note: 'another' })
  await expectFile('.well-known/openid-federation', jwt)
})

it('writes a change before a list that takes long, also in the first comparison', async () => {
  const slow = await folderInTest('slow')
  const whole = openExport(ta, slow, context)
  const seen: boolean[] = []
  /** Publishes a change, and has the parts of the list only after the file has it. */
  async function* held(parts: AsyncIterable<Buffer>) {
    const jwt = await ta.publishSubordinate({ id: leaf, statement: { held: seen.length } })
    const isWritten = async () => (await textOf(slow, about(leaf))) === jwt
    for (let round = 0; round < 500 && !(await isWritten()); round++) {
      yield Buffer.alloc(0)
      await setTimeout(10)
    }
    seen.push(await isWritten())
    yield* parts
  }
  const readList: Export['readList'] = async (list) => {
    const parts = await whole.readList(list)
    return parts && list.file === 'list/all.json' && seen.length < 2 ? held(parts) : parts
  }
  const following = startFollowing({ ...whole, readList })
  await expect.poll(() => seen).toEqual([true, true])
  await following.close()
})

it('says once what it cannot write, keeps the files, and writes them when it can', async () => {
  const before = await textOf(path, about(leaf))
  // As a full disk: nothing can be written, and what is there can be read.
  const block = async () => {
    await rm(join(path, '.tmp'), { recursive: true, force: true })
    return writeFile(join(path, '.tmp'), '').then(() => true)
  }
  // The export may be about to write, and then creates the folder again.
  await expect.poll(() => block().catch(() => false)).toBe(true)
  const jwt = await ta.publishSubordinate({ id: leaf, statement: { note: 'a third' } })
  await expect.poll(() => output.read()).toContain('The export could not be written')
  expect(await textOf(path, about(leaf))).toBe(before)
  await rm(join(path, '.tmp'))
  await expectFile(about(leaf), jwt)
})

it('goes on after Redis died while it read marks, as soon as Redis is there', async () => {
  const pending = createPending(Date.now)
  const steps = createSteps(context, pending, new AbortController().signal)
  for (const id of [leaf, other]) pending.add({ kind: 'trust-mark', id })
  const unhandled: unknown[] = []
  const note = (error: unknown) => unhandled.push(error)
  const others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', note)
  await ta.redis.stop()
  await expect(steps.writeObjects()).rejects.toThrow('The store of published statements is unavailable')
  await setImmediate()
  process.removeListener('unhandledRejection', note)
  for (const other of others) process.on('unhandledRejection', other)
  expect(unhandled).toEqual([])
  // After the fourth failure it waits for eight seconds, but not when Redis is there again.
  let said = ''
  const failures = () => {
    said += output.read() ?? ''
    return said.match(/The export could not be written/g)?.length ?? 0
  }
  await expect.poll(failures).toBeGreaterThanOrEqual(4)
  await ta.redis.restart()
  await ta.publishConfiguration()
  await ta.publishSubordinate({ id: leaf })
  await ta.announce({ kind: 'all', withdrawsNothing: true })
  await expectFile(about(leaf), (await ta.reader.subordinateStatement(leaf))?.jwt ?? null)
})

it('keeps the files when Redis has lost everything, until it is published again', async () => {
  const before = await textOf(path, about(leaf))
  await ta.redis.restart()
  await expect.poll(() => output.read()).toContain('The export could not be written')
  expect(await textOf(path, about(leaf))).toBe(before)
  await ta.publishConfiguration()
  const jwt = await ta.publishSubordinate({ id: other })
  await expectFile(about(other), jwt)
  await expectFile(about(leaf), null) // it was not published again
})
