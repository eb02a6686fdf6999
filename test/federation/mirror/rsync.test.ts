/** Tests the lines of docs/deployment.md that bring an export elsewhere with rsync: their order, and that a mirror accepts the folder. */
import { execFile } from 'node:child_process'
import { readdir, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { openFolderSource } from '#federation/mirror/source.ts'
import { shellOf } from '#test/docs/document.ts'
import { folderInFile, inFile, inTest } from '#test/helpers/in-file.ts'
import { exportOnce, openExport, textOf } from '../export/exported.ts'
import { trustAnchorInFile } from '../trust-anchor.ts'
import { openMirror } from './mirrored.ts'

const exec = promisify(execFile)
const isMissing = await exec('rsync', ['--version']).then(
  () => false,
  () => true,
)

const memberId = (at: number) => `https://rp-${at}.example.org`
const about = (at: number) => `fetch/${encodeURIComponent(memberId(at))}.jwt`

describe.skipIf(isMissing)(`rsync (${isMissing ? 'it is not installed here' : 'as documented'})`, () => {
  const ta = trustAnchorInFile()
  const [exported, elsewhere] = [folderInFile('export'), folderInFile('elsewhere')]
  const context = inFile(() => openExport(ta, exported))
  const mirror = inFile(() => openMirror(openFolderSource(elsewhere)))
  let lines: string[] = []
  /** Each manifest is of this second, and has one length with the one before. */
  const second = Math.floor(Date.now() / 1000)
  let exports = 0

  async function exportAll() {
    await exportOnce(context)
    await utimes(join(exported, 'manifest.jwt'), second, second + ++exports / 1000)
  }
  /** One of the documented lines, between folders here. Prints what it does, in order. */
  async function run(at: number): Promise<string[]> {
    const line = (lines[at] ?? '')
      .replace(/ &&$/, '')
      .replace('edge.example.org:/srv/inmor/', `${elsewhere}/`)
      .replace('/srv/inmor/', `${exported}/`)
    const { stdout } = await exec('sh', ['-c', line.replace('rsync ', 'rsync --itemize-changes ')])
    return stdout.trim().split('\n')
  }

  beforeAll(async () => {
    lines = (await shellOf('docs/deployment.md')).split('\n').filter((line) => line.startsWith('rsync '))
    await ta.publishConfiguration()
    for (let at = 0; at < 200; at++) await ta.publishSubordinate({ id: memberId(at) })
    await exportAll()
  })

  it('brings a folder that a mirror accepts', async () => {
    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatch(/ &&$/)
    await run(0)
    await run(1)
    await mirror.pull()
    expect(await textOf(mirror.path, 'manifest.jwt')).toBe(await textOf(exported, 'manifest.jwt'))
    expect(await readdir(join(mirror.path, 'fetch'))).toHaveLength(200)
    expect(await readdir(elsewhere)).not.toContain('.tmp')
  })

  it('sends differences alone, removes first, and is whole with the second line only', async () => {
    await ta.removeSubordinate(memberId(1))
    const jwt = await ta.publishSubordinate({ id: memberId(2), statement: { note: 'another' } })
    await exportAll()
    const done = await run(0)
    const deleted = done.findIndex((line) => line.startsWith('*deleting'))
    const sent = done.flatMap((line, at) => (line.startsWith('>f') ? [at] : []))
    expect(done.filter((line) => line.includes(about(1)))).toEqual([expect.stringMatching(/^\*deleting/)])
    expect(deleted).toBeGreaterThanOrEqual(0)
    expect(done.findLastIndex((line) => line.startsWith('*deleting'))).toBeLessThan(Math.min(...sent))
    expect(done.filter((line) => line.startsWith('>f') && line.includes(' fetch/'))).toHaveLength(1)
    const fresh = await inTest(openMirror(openFolderSource(elsewhere)))
    await expect(fresh.pull()).rejects.toThrow(/files are missing or not as its manifest says/)
    await mirror.pull()
    expect(await textOf(mirror.path, about(1)), 'as the manifest says that it has').not.toBeNull()
    await run(1)
    await mirror.pull()
    expect(await textOf(mirror.path, about(1))).toBeNull()
    expect(await textOf(mirror.path, about(2))).toBe(jwt)
  })

  it('sends nothing again', async () => {
    expect((await run(0)).filter((line) => line.startsWith('>f'))).toEqual([])
  })
})
