/** `ta` with EXPORT_FOLDER writes the files itself, while no other process does. */
import { access, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { LOCK_FILE } from '#federation/export/lock.ts'
import { writeNewKey } from '#store/key-directory.ts'
import { folderInFile } from '#test/helpers/in-file.ts'
import { run } from '#test/helpers/program.ts'
import { untilTrue } from '#test/helpers/until.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'

const ta = trustAnchorInFile()
const directory = folderInFile('export')
const [path, keys] = [join(directory, 'files'), join(directory, 'keys')]
const rp = (at: number) => `https://rp-${at}.example.org`
beforeAll(async () => {
  await writeNewKey(keys, ta.key)
  await ta.publishConfiguration()
  await ta.publishSubordinate({ id: rp(0) })
})

const environment = () => ({
  TA_DOMAIN: entityId,
  KEYS_DIR: keys,
  REDIS_URL: ta.redis.url,
  HOST: '127.0.0.1',
  PORT: '0',
  METRICS_PORT: '0',
})
const start = (folder: string, others: Record<string, string> = {}) =>
  run('federation/main.ts', [], { environment: { ...environment(), EXPORT_FOLDER: folder, ...others } })
const writer = async (): Promise<number> => JSON.parse(await readFile(join(path, LOCK_FILE), 'utf8')).pid
const untilWriterIsNot = async (...before: number[]) => {
  let pid = 0
  await untilTrue('another process writes the files', async () => {
    pid = await writer().catch(() => 0)
    return pid !== 0 && !before.includes(pid)
  })
  return pid
}
const untilFile = (sub: string) =>
  untilTrue(`the file of ${sub}`, () =>
    access(join(path, 'fetch', `${encodeURIComponent(sub)}.jwt`)).then(
      () => true,
      () => false,
    ),
  )

it('writes, starts its writer again, and hands the folder to another one', {
  tags: 'fault/process-killed',
}, async () => {
  const first = start(path)
  const [, metrics = ''] = await first.printed(/"url":"(http:\S+?)","msg":"Serving metrics"/)
  await untilFile(rp(0))
  const [one, second] = [await writer(), start(path, { WEB_CONCURRENCY: '2' })]
  expect(one).not.toBe(first.pid)
  await second.printed(/Another process writes the export/)
  const age = async () => (await fetch(metrics)).text()
  await expect.poll(age).toMatch(/^inmor_export_manifest_age_seconds\{anchor="main"\} \d/m)

  process.kill(one, 'SIGKILL')
  await first.printed(/The process that writes the export has ended. It is started again./)
  const two = await untilWriterIsNot(one)
  await ta.publishSubordinate({ id: rp(1) })
  await untilFile(rp(1))

  for (const each of [first, second]) each.kill('SIGTERM')
  expect(await Promise.all([first.ended, second.ended])).toMatchObject([{ code: 0 }, { code: 0 }])
  expect(() => process.kill(two, 0)).toThrow('ESRCH')
  await expect(writer()).rejects.toThrow('ENOENT')
})

it('leaves no writer behind when it is killed', async () => {
  const server = start(path)
  await untilWriterIsNot()
  server.kill('SIGKILL')
  await server.ended // when its writer has closed the output
  await expect(writer()).rejects.toThrow('ENOENT')
})

it('only reads a folder that cannot be written', async () => {
  const file = join(directory, 'file')
  await writeFile(file, '')
  const server = start(join(file, 'files'))
  await server.printed(/The folder of the export is only read, as it cannot be written/)
  await server.printed(/Server listening/)
  server.kill('SIGTERM')
  expect((await server.ended).code).toBe(0)
})
