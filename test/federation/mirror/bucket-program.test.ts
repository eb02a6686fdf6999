/** `inmor mirror` into an S3 bucket, as an operator runs it beside an export. */

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { beforeAll, describe, expect, it } from 'vitest'
import { statementFile } from '#federation/files/place.ts'
import { createSecret } from '#server/webhook/signature.ts'
import { folderInFile, inFile, inTest } from '#test/helpers/in-file.ts'
import { whyNoMoto } from '#test/helpers/moto.ts'
import { type Asked, startObjectStore } from '#test/helpers/object-store.ts'
import { run } from '#test/helpers/program.ts'
import { exportOnce, openExport } from '../export/exported.ts'
import { offlineEntity } from '../offline-entity.ts'
import { startRawServer } from '../raw-server.ts'
import { trustAnchorInFile } from '../trust-anchor.ts'

const MEMBERS = 300
const memberId = (at: number) => `https://rp-${at}.example.org`

describe.skipIf(whyNoMoto)(`inmor mirror into a bucket (${whyNoMoto ?? 'moto'})`, () => {
  const ta = trustAnchorInFile()
  const directory = folderInFile('bucket')
  const exported = join(directory, 'export')
  const context = inFile(() => openExport(ta, exported))
  const temporaryFolder = folderInFile('bucket-tmp')
  const store = inFile(startObjectStore)
  const rp = inFile(() => offlineEntity('https://rp.example.org'))

  const start = (args: readonly string[], environment: Record<string, string> = {}) =>
    run('server/cli/inmor.ts', args, {
      environment: { ...store.environment, TMPDIR: temporaryFolder, ...environment },
    })
  const mirror = (args: readonly string[] = [], environment = {}) =>
    start(['mirror', exported, store.name, ...args], environment)
  const uploads = (at = 0) => store.since(at, 'PUT').filter(({ path }) => path.startsWith('fetch/'))

  beforeAll(async () => {
    await ta.publishConfiguration()
    await ta.publishSubordinate(rp)
    for (let at = 0; at < MEMBERS; at++) await ta.publishSubordinate({ id: memberId(at) })
    await exportOnce(context)
  })

  it('goes on at the next start, wherever it is killed', async () => {
    let at = 0
    for (const some of [20, 120]) {
      const program = mirror(['--once'])
      await expect.poll(() => uploads(at).length, { interval: 5, timeout: 20_000 }).toBeGreaterThan(some)
      program.kill('SIGKILL')
      await program.ended
      expect(store.since(0, 'PUT').map(({ path }) => path)).not.toContain('manifest.jwt')
      at = store.asked.length
    }
    const program = mirror(['--once'])
    expect((await program.ended).code, program.output()).toBe(0)
    expect(uploads(at).length).toBeLessThanOrEqual(MEMBERS + 1 - 120)
    expect(uploads().length).toBeLessThan(MEMBERS + 1 + 2 * 40)
  })

  it('resolves a member from it, and another mirror gets the files from it', async () => {
    const resolved = start(['resolve', rp.id, '--from', store.name])
    expect((await resolved.ended).code, resolved.output()).toBe(0)
    expect(resolved.stdout()).toContain(`${rp.id} is a member below https://ta.example`)
    const copy = join(directory, 'copy')
    const copied = start(['mirror', store.name, copy, '--once'])
    expect((await copied.ended).code, copied.output()).toBe(0)
    expect(await readdir(join(copy, 'fetch'))).toHaveLength(MEMBERS + 1)
  })

  it('follows the export, waits while the object store is away or fails, and leaves no temporary files', async () => {
    const program = mirror(['--every', '1'], { AWS_MAX_ATTEMPTS: '1' })
    const [, first] = await program.printed(/Manifest (\d+) of 20.*0 files written, 0 removed/)
    store.setFault(() => 503)
    await ta.removeSubordinate(memberId(1))
    await exportOnce(context)
    await program.printed(/Kept as it was: s3:\/\/\S+ cannot be reached, or failed/)
    const removed = statementFile(memberId(1)) ?? ''
    expect(await store.has(removed)).toBe(true)
    const at = store.asked.length
    let isFailed = false
    store.setFault(({ method }) => {
      const fails = !isFailed && method === 'PUT' && store.since(at, 'DELETE').length > 0
      isFailed ||= fails
      return fails ? 503 : null
    })
    await program.printed(new RegExp(`Manifest (?!${first} )\\d+ of 20`))
    expect(await store.has(removed)).toBe(false)
    expect(isFailed).toBe(true)
    program.kill('SIGTERM')
    expect((await program.ended).code).toBe(0)
    expect((await readdir(temporaryFolder)).filter((name) => name.startsWith('inmor-mirror-'))).toHaveLength(
      2,
    ) // killed
  })

  it('tells a receiver later what it did not get, and keeps that in the bucket', async () => {
    const told: string[] = []
    let status = 204
    const receiver = await inTest(
      startRawServer(async (request, response) => {
        const { data } = (await json(request)) as { data: { paths: string[] } }
        if (status === 204) told.push(...data.paths)
        response.writeHead(status).end()
      }),
    )
    const tell = () => mirror(['--once', '--purge', receiver.url], { INMOR_PURGE_SECRET: createSecret() })
    expect((await tell().ended).code).toBe(0)
    await ta.removeSubordinate(memberId(2))
    await exportOnce(context)
    status = 500
    const failed = tell()
    expect((await failed.ended).code).toBe(1)
    expect(failed.stderr()).toMatch(/^http:\S+ returned HTTP status 500 for what caches must forget\.$/m)
    await ta.removeSubordinate(memberId(3))
    await exportOnce(context)
    status = 204
    expect((await tell().ended).code).toBe(0)
    const fetches = told.filter((path) => path.startsWith('/fetch?sub=https%3A'))
    expect(fetches.sort()).toEqual([2, 3].map((at) => `/fetch?sub=${encodeURIComponent(memberId(at))}`))
  })

  it.each([
    [
      'a bucket that does not exist',
      ['s3://no-such-bucket/export'],
      {},
      /does not exist\. Create the bucket/,
    ],
    ['no credentials', [], { AWS_ACCESS_KEY_ID: '', AWS_EC2_METADATA_DISABLED: 'true' }, /needs credentials/],
    ['no region', [], { AWS_REGION: '' }, /needs a region\. Set AWS_REGION/],
    [
      'an address on which nothing listens',
      [],
      { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' },
      /cannot be reached/,
    ],
    ['no package', [], { NODE_PATH: '' }, /@aws-sdk\/client-s3 is not installed\. Install it: npm ci/],
    ['--serve', [], ['--serve', '0'], /Only the files of a folder can be served/],
    ['no name of a bucket', ['s3://'], {}, /Use a URL, such as/],
  ] as const)('ends with a sentence for %s', async (_, [into = store.name], given, reason) => {
    const [args, environment] = Array.isArray(given) ? [given, {}] : [[], given]
    const program = start(['mirror', exported, into, '--once', ...args], {
      AWS_MAX_ATTEMPTS: '1',
      ...(environment as Record<string, string>),
    })
    expect((await program.ended).code).not.toBe(0)
    expect(program.stderr()).toMatch(reason)
    expect(program.stderr()).not.toContain('    at ')
  })

  it('ends with a sentence for an object store that does not answer', async () => {
    store.setFault(() => 'silence')
    const program = mirror(['--once'], { AWS_MAX_ATTEMPTS: '1' })
    expect((await program.ended).code).toBe(1)
    expect(program.stderr()).toMatch(/^s3:\S+ cannot be reached, or failed \(\w*Time\w*\)\.$/m)
    store.setFault(() => null)
  })

  it('ends with a sentence when it is stopped, and leaves no temporary files', async () => {
    const before = await readdir(temporaryFolder)
    const isFirst = ({ method, path }: Asked) => method === 'GET' && path === 'manifest.jwt'
    store.setFault((one) => (isFirst(one) ? 'silence' : null))
    const at = store.asked.length
    const program = mirror(['--once'])
    await expect
      .poll(() => store.since(at, 'GET').filter(isFirst).length, { timeout: 20_000 })
      .toBeGreaterThan(0)
    program.kill('SIGTERM')
    expect((await program.ended).code).toBe(1)
    expect(program.stderr()).toBe('Interrupted. What was not copied yet is as it was.\n')
    expect(await readdir(temporaryFolder)).toEqual(before)
    store.setFault(() => null)
  })

  it('ends with a sentence for credentials that are wrong, or may not write', async () => {
    await store.allow('Deny', 'PutObject')
    await ta.publishSubordinate({ id: memberId(1) })
    await exportOnce(context)
    const refused = mirror(['--once'])
    expect((await refused.ended).code).toBe(1)
    expect(refused.stderr()).toMatch(/^s3:\S+ refuses the credentials\. Check them.* \(403\)\.$/m)
    await store.demandCredentials(true)
    const wrong = mirror(['--once'])
    expect((await wrong.ended).code).toBe(1)
    expect(wrong.stderr()).toMatch(
      /^s3:\S+ refuses the credentials\. Check them.* \(InvalidAccessKeyId\)\.$/m,
    )
  })
})
