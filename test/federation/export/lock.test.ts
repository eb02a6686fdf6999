/** One process at a time writes the folder of an export. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { FolderInUseError, LOCK_FILE, lockFolder, waitForFolder } from '#federation/export/lock.ts'
import { folderInTest } from '#test/helpers/in-file.ts'

const log = pino({ level: 'silent' })
const endless = new AbortController().signal

function plant(path: string, claim: object): void {
  writeFileSync(join(path, LOCK_FILE), JSON.stringify({ id: 'other', renewals: 0, ...claim }))
}

it('is refused to another one, says by whom, and is free after its release', async () => {
  const path = join(await folderInTest('lock'), 'new')
  const lock = await lockFolder(path)
  await expect(lockFolder(path)).rejects.toThrow(FolderInUseError)
  await expect(lockFolder(path)).rejects.toThrow(`${path} is written by process ${process.pid} on `)
  const waited = waitForFolder(path, { log, signal: endless })
  lock.release()
  const next = await waited
  expect(next).not.toBeNull()
  next?.release()
  expect(readdirSync(path)).toEqual([])
})

it('goes to one of many that wait', async () => {
  const path = await folderInTest('lock')
  const stopped = new AbortController()
  const first = await lockFolder(path)
  const waiting = Array.from({ length: 5 }, () => waitForFolder(path, { log, signal: stopped.signal }))
  first.release()
  const lock = await Promise.race(waiting)
  setTimeout(() => stopped.abort(), 1_500)
  expect((await Promise.all(waiting)).filter((each) => each !== null)).toEqual([lock])
  expect(lock?.lost.aborted).toBe(false)
  lock?.release()
})

it('is taken at once from a process that has ended on this machine, also from one with the own number', async () => {
  const path = await folderInTest('lock')
  const lock = await lockFolder(path)
  const { place } = JSON.parse(readFileSync(join(path, LOCK_FILE), 'utf8'))
  lock.release()
  for (const pid of [2 ** 22 + 1, process.pid]) {
    plant(path, { pid, place })
    ;(await lockFolder(path)).release()
  }
  plant(path, { pid: process.ppid, place })
  await expect(lockFolder(path)).rejects.toThrow(FolderInUseError)
})

it('is taken from a process on another machine when its claim is not renewed, and is lost to one that takes over', {
  timeout: 40_000,
}, async () => {
  const path = await folderInTest('lock')
  plant(path, { pid: 1, place: 'elsewhere' })
  await expect(lockFolder(path)).rejects.toThrow('is written by process 1 on elsewhere')
  const started = performance.now()
  const waited = waitForFolder(path, { log, signal: endless })
  setTimeout(() => plant(path, { pid: 1, place: 'elsewhere', renewals: 1 }), 2_000)
  const lock = await waited
  expect(performance.now() - started).toBeGreaterThan(13_500)
  plant(path, { pid: 1, place: 'elsewhere' })
  await expect.poll(() => lock?.lost.aborted).toBe(true)
  lock?.release()
  expect(JSON.parse(readFileSync(join(path, LOCK_FILE), 'utf8')).id).toBe('other')
})
